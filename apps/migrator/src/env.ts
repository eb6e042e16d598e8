import { email } from "@severalty/domain/email";
import { databaseUrl, environments, placeholder } from "@severalty/domain/environment";
import { z } from "zod";
import { logFormats } from "./log.ts";

const split = (list: string) =>
  list
    .split(",")
    .map((address) => address.trim())
    .filter((address) => address !== "");

const addresses = z
  .string()
  .default("")
  .refine((list) => z.array(email).safeParse(split(list)).success, {
    error: "must be e-mail addresses, separated by commas",
  })
  .transform((list) => z.array(email).parse(split(list)));

/** The migrator's settings; `.env.example` documents each. */
export const migratorEnv = z
  .object({
    ENVIRONMENT: z
      .enum(environments, { error: `must be one of ${environments.join(", ")}` })
      .describe(`one of ${environments.join(", ")}`),
    DATABASE_URL: databaseUrl.describe("the URL of role severalty_migrator"),
    ADMIN_DATABASE_URL: databaseUrl.optional(),
    APP_ROLE_PASSWORD: z.string().optional(),
    AUTH_ROLE_PASSWORD: z.string().optional(),
    PLATFORM_ROLE_PASSWORD: z.string().optional(),
    INITIAL_ADMINS: addresses,
    /** Where people reach the console; one-time links lead there. */
    PUBLIC_URL: z.url({ error: "must be a URL" }).default("http://localhost:3000"),
    CONNECT_ATTEMPTS: z
      .string()
      .regex(/^[1-9]\d{0,2}$/, { error: "must be a whole number from 1 to 999" })
      .default("30")
      .transform(Number),
    /** Longest that one statement of a migration may take; 0 is without end. */
    STATEMENT_TIMEOUT_MS: z
      .string()
      .regex(/^(0|[1-9]\d{0,8})$/, {
        error: "must be a whole number of milliseconds, at most 999999999; 0 is without end",
      })
      .default("0")
      .transform(Number),
    /** Whole months of the audit log to keep beside the current one; undefined keeps all. */
    AUDIT_RETENTION_MONTHS: z
      .string()
      .regex(/^[1-9]\d{0,3}$/, { error: "must be a whole number of months from 1 to 9999" })
      .transform(Number)
      .optional(),
    LOG_FORMAT: z.enum(logFormats, { error: `must be one of ${logFormats.join(", ")}` }).default("pretty"),
  })
  .superRefine((env, context) => {
    if (env.ENVIRONMENT !== "production") return;
    for (const name of ["APP_ROLE_PASSWORD", "AUTH_ROLE_PASSWORD", "PLATFORM_ROLE_PASSWORD"] as const) {
      if (env[name]?.startsWith(placeholder) === true) {
        context.addIssue({ code: "custom", path: [name], message: "must be your own in production" });
      }
    }
  });

export type MigratorEnv = z.infer<typeof migratorEnv>;
