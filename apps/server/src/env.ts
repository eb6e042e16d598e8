import { isEnvelopeKey } from "@severalty/auth/envelope";
import { rules } from "@severalty/db/doctor/rules";
import { databaseUrl, environments, placeholder } from "@severalty/domain/environment";
import { z } from "zod";

const ruleIds = new Set(rules.map(({ id }) => id));

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, { error: `must be a whole number from ${min} to ${max}` })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error: `must be a whole number from ${min} to ${max}` });

/** The server's settings; `.env.example` documents each. */
export const serverEnv = z
  .object({
    ENVIRONMENT: z
      .enum(environments, { error: `must be one of ${environments.join(", ")}` })
      .describe(`one of ${environments.join(", ")}`),
    DATABASE_URL: databaseUrl.describe("the URL of role severalty_app"),
    AUTH_DATABASE_URL: databaseUrl.describe("the URL of role severalty_auth"),
    PLATFORM_DATABASE_URL: databaseUrl.describe("the URL of role severalty_platform"),
    AUTH_SECRET: z
      .string()
      .refine((value) => Buffer.byteLength(value) >= 32, { error: "must be at least 32 bytes" })
      .describe("at least 32 random bytes that sign access tokens"),
    SECRETS_KEY: z
      .string()
      .refine(isEnvelopeKey, { error: "must be 32 bytes in base64" })
      .describe("32 random bytes in base64, the key to the secrets of all tenants"),
    /** Keys that SECRETS_KEY has replaced, separated by commas. */
    SECRETS_KEYS_OLD: z
      .string()
      .default("")
      .transform((list) => list.split(",").filter((key) => key !== ""))
      .refine((keys) => keys.every(isEnvelopeKey), {
        error: "must be keys of 32 bytes in base64, separated by commas",
      }),
    PORT: wholeNumber(0, 65_535).default(8000),
    HOST: z.string().default("0.0.0.0"),
    LOG_LEVEL: z
      .enum(["trace", "debug", "info", "warn", "error", "silent"], {
        error: "must be one of trace, debug, info, warn, error, silent",
      })
      .default("info"),
    /** Proxies in front whose X-Forwarded-For is believed. */
    TRUST_PROXY_HOPS: wholeNumber(0, 10).default(0),
    POOL_MAX: wholeNumber(2, 100).default(10),
    /** Off behind a pooler in transaction mode. */
    PREPARED_STATEMENTS: z
      .enum(["on", "off"], { error: "must be on or off" })
      .default("on")
      .transform((value) => value === "on"),
    CONNECT_ATTEMPTS: wholeNumber(1, 100).default(8),
    SHUTDOWN_GRACE_MS: wholeNumber(0, 600_000).default(10_000),
    /** Multiplies every rate limit; unset, 1 in production and 100 elsewhere. */
    RATE_LIMIT_FACTOR: wholeNumber(1, 1_000_000).optional(),
    /** Rules of the doctor whose findings do not keep the server from starting in production. */
    DOCTOR_ALLOW: z
      .string()
      .default("")
      .transform((list) =>
        list
          .split(",")
          .map((id) => id.trim())
          .filter((id) => id !== ""),
      )
      .refine((ids) => ids.every((id) => ruleIds.has(id)), {
        error: "must be ids of rules from docs/doctor.md, separated by commas",
      }),
  })
  .superRefine((env, ctx) => {
    if (env.ENVIRONMENT !== "production") return;
    for (const name of ["AUTH_SECRET", "SECRETS_KEY", "SECRETS_KEYS_OLD"] as const) {
      if ([env[name]].flat().some((secret) => secret.startsWith(placeholder)))
        ctx.addIssue({ code: "custom", path: [name], message: "must be your own in production" });
    }
  });

export type ServerEnv = z.infer<typeof serverEnv>;
