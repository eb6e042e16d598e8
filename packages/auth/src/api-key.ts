import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

const secretSizeBytes = 32;
const prefixSizeBytes = 6;

/** Of the 43 characters of base64url the last holds two bits that must be zero, so that one key has one spelling. */
const keyPattern = /^(?<body>(?<prefix>svk_[0-9a-f]{12})_[\w-]{42}[AEIMQUYcgkosw048])_(?<checksum>[0-9a-f]{8})$/;

/** What is kept of a key: its public beginning, by which people know it, and the hash by which it is found. */
export interface ApiKeyParts {
  readonly prefix: string;
  readonly hash: Buffer;
}

/**
 * A new key, `svk_<12 hex digits>_<base64url of 256 random bits>_<CRC-32 of what stands before>`. Show it once, keep the parts. `random`
 * answers the asked number of bytes.
 */
export const createApiKey = (
  random: (sizeBytes: number) => Uint8Array = randomBytes,
): ApiKeyParts & { readonly key: string } => {
  const [name, secret] = [random(prefixSizeBytes), random(secretSizeBytes)];
  if (name.length !== prefixSizeBytes || secret.length !== secretSizeBytes) {
    throw new RangeError(
      `an API key needs ${prefixSizeBytes} and ${secretSizeBytes} random bytes, got ${name.length} and ${secret.length}`,
    );
  }
  const prefix = `svk_${Buffer.from(name).toString("hex")}`;
  const body = `${prefix}_${Buffer.from(secret).toString("base64url")}`;
  const key = `${body}_${checksumOf(body)}`;
  return { key, prefix, hash: hashOf(key) };
};

/** The parts of a text that has the form of a key; undefined for any other, before anything is asked of the database. */
export const parseApiKey = (text: string): ApiKeyParts | undefined => {
  const { body = "", prefix = "", checksum } = keyPattern.exec(text)?.groups ?? {};
  return checksum === checksumOf(body) ? { prefix, hash: hashOf(text) } : undefined;
};

/** Tells a mistyped key from a wrong one, and lets scanners for leaked secrets know a true one. It proves nothing. */
const checksumOf = (body: string): string => crc32(body).toString(16).padStart(8, "0");

/** SHA-256 of the whole key. A fast hash suffices: the key has 256 bits to guess. */
const hashOf = (key: string): Buffer => createHash("sha256").update(key).digest();
