import { createHash, randomBytes } from "node:crypto";

/** How long a one-time link works, in milliseconds (24 hours). */
export const oneTimeTokenTtlMs = 24 * 60 * 60_000;

/** A secret for a link that works once: `svo_` and 256 random bits. Keep the hash, send the token. */
export const createOneTimeToken = (
  random: (sizeBytes: number) => Uint8Array = randomBytes,
): { token: string; hash: Buffer } => {
  const token = `svo_${Buffer.from(random(32)).toString("base64url")}`;
  return { token, hash: hashOneTimeToken(token) };
};

/** SHA-256; a password hash would add nothing to 256 random bits. */
export const hashOneTimeToken = (token: string): Buffer => createHash("sha256").update(token).digest();
