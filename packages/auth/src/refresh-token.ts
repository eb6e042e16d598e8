import { createHash, randomBytes } from "node:crypto";

const secretSizeBytes = 32;

/** 43 characters of base64url hold 258 bits; the last two must be zero, so that one token has one spelling. */
const tokenPattern = /^svr_[\w-]{42}[AEIMQUYcgkosw048]$/;

/** What the client keeps, and the hash that the database keeps: the token itself is stored nowhere. */
export interface RefreshToken {
  readonly token: string;
  readonly hash: Buffer;
}

/** A new opaque token of 256 random bits, `svr_<base64url>`. `random` answers the asked number of bytes. */
export const createRefreshToken = (random: (sizeBytes: number) => Uint8Array = randomBytes): RefreshToken => {
  const secret = random(secretSizeBytes);
  if (secret.length !== secretSizeBytes) {
    throw new RangeError(`a refresh token needs ${secretSizeBytes} random bytes, got ${secret.length}`);
  }
  const token = `svr_${Buffer.from(secret).toString("base64url")}`;
  return { token, hash: hashRefreshToken(token) };
};

/** SHA-256 of the token, 32 bytes. A fast hash suffices: the token has 256 bits to guess. */
export const hashRefreshToken = (token: string): Buffer => createHash("sha256").update(token).digest();

/** Whether the value has the shape of a refresh token, before anything is asked of the database. */
export const isRefreshToken = (value: unknown): value is string =>
  typeof value === "string" && tokenPattern.test(value);
