import { z } from "zod";
import { DomainError } from "./errors.ts";
import { permissions, type Permission } from "./permission.ts";

/** Most keys of a tenant that are neither revoked nor expired. */
export const livingApiKeysMax = 100;

/** How far ahead a key's end may lie, in milliseconds: a minute to five years. */
const expiryAheadMs = { min: 60_000, max: 5 * 365 * 24 * 60 * 60_000 } as const;

/** Every permission but to make keys: whoever steals a key shall not make others that outlive it. */
const keyPermission = z.enum(permissions).exclude(["apiKeys.write"]);

/** What a key is permitted: at least one thing, each named once. */
export const keyPermissions = z
  .array(keyPermission)
  .min(1)
  .max(permissions.length)
  .refine((all) => new Set(all).size === all.length, { error: "must name each permission once" });

/** Throws `apiKeys/expiry-out-of-bounds` for an end that is too near, past, or too far. */
export const assertApiKeyExpiry = (expiresAt: Date, now: Date): void => {
  const aheadMs = expiresAt.getTime() - now.getTime();
  if (aheadMs >= expiryAheadMs.min && aheadMs <= expiryAheadMs.max) return;
  throw new DomainError(
    "invalid-input",
    "apiKeys/expiry-out-of-bounds",
    `expiresAt must be one minute to five years ahead, got ${expiresAt.toISOString()}`,
  );
};

/** Throws `apiKeys/permission-not-held` when somebody would give what he does not have. */
export const assertGrantable = (held: ReadonlySet<Permission>, wanted: readonly Permission[]): void => {
  const lacking = wanted.filter((permission) => !held.has(permission));
  if (lacking.length === 0) return;
  throw new DomainError(
    "forbidden",
    "apiKeys/permission-not-held",
    `a key gets no permission that its maker lacks: ${lacking.join(", ")}`,
  );
};

/** A key that is malformed, unknown, revoked or expired: one answer for all four, so that it tells a stranger nothing. */
export class InvalidApiKeyError extends DomainError {
  constructor(options?: ErrorOptions) {
    super("unauthenticated", "auth/key-invalid", "the API key is not valid: unknown, revoked or expired", options);
    this.name = "InvalidApiKeyError";
  }
}
