import { DomainError } from "./errors.ts";

/** Most characters of an `Idempotency-Key`. */
export const idempotencyKeyCharsMax = 200;

/** How long a key stands for the answer that it got, in milliseconds (24 hours). */
export const idempotencyKeyTtlMs = 24 * 60 * 60 * 1000;

/** Refuses whatever is not 1 to 200 visible ASCII characters (RFC 5234, VCHAR). The message has its length, never the key itself. */
export const assertIdempotencyKey = (key: string): void => {
  const others = key.replaceAll(/[\x21-\x7e]/g, "").length;
  if (key.length >= 1 && key.length <= idempotencyKeyCharsMax && others === 0) return;
  const seen = `${key.length} characters${others === 0 ? "" : `, of which ${others} are others`}`;
  throw new DomainError(
    "invalid-input",
    "idempotency/invalid-key",
    `Idempotency-Key must be 1 to ${idempotencyKeyCharsMax} visible ASCII characters, got ${seen}`,
  );
};
