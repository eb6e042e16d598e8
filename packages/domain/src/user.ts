import { z } from "zod";
import { locale } from "./locale.ts";
import { storableText } from "./text.ts";
import { timeZone } from "./time-zone.ts";
import { rule } from "./seen.ts";

export const userName = storableText({ min: 1, max: 120 });

/** Stored and compared in lower case. */
export const username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/,
    rule("must be 1 to 64 characters of a-z, 0-9 and inner dots, hyphens and underscores"),
  );

/** A username made of an address: its local part, with whatever a username may not hold replaced. */
export const usernameFor = (address: string): string => {
  const local = (address.split("@")[0] ?? "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, "-")
    .slice(0, 64);
  return local.replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, "") || "user";
};

const passwordRule = "password must be 10 to 200 characters";

/** NIST SP 800-63B-4 section 3.1.1: length counts, composition rules do not; the upper bound keeps hashing cheap. */
export const password = z
  .string({ error: passwordRule })
  .min(10, { error: passwordRule })
  .max(200, { error: passwordRule });

/** A disabled user enters the tenant no more, and stays named where he was. */
export const userStatuses = ["active", "disabled"] as const;
export type UserStatus = (typeof userStatuses)[number];

/** Where a user's own settings live. */
export const storageModes = ["local", "account"] as const;
export type StorageMode = (typeof storageModes)[number];

/** What a user may set for himself; unknown keys are refused so that a typing error is not stored for ever. */
export const preferences = z.strictObject({
  theme: z.enum(["light", "dark", "system"]).optional(),
  locale: locale.optional(),
  timeZone: timeZone.optional(),
});
export type Preferences = z.infer<typeof preferences>;
