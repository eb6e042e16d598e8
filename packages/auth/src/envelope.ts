import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { DomainError } from "@severalty/domain/errors";
import type { SecretId, TenantId } from "@severalty/domain/ids";

/** Which data key: one tenant's, of one version. A wrapped key opens for no other. */
export interface DataKeyPlace {
  readonly tenantId: TenantId;
  /** From 1, at most 2^32 - 1. */
  readonly keyVersion: number;
}

/** Where a value belongs: it opens for no other tenant, secret or version of the data key. */
export interface SecretPlace extends DataKeyPlace {
  readonly secretId: SecretId;
}

/**
 * Envelope encryption, AES-256-GCM throughout: a key of the server's wraps a data key per tenant, which encrypts that tenant's values. Data
 * keys exist in the clear only while one call of these runs. Docs: ADR-0009.
 */
export interface Envelope {
  /** A new data key, wrapped. */
  readonly createDataKey: (place: DataKeyPlace) => Buffer;
  /** Throws `UndecryptableError` when the data key cannot be unwrapped. */
  readonly encrypt: (wrappedKey: Uint8Array, place: SecretPlace, value: string) => Buffer;
  /** Throws `UndecryptableError`. */
  readonly decrypt: (wrappedKey: Uint8Array, place: SecretPlace, ciphertext: Uint8Array) => string;
  /**
   * 32 bytes for each key, the current one's first, that are equal for equal texts under equal keys; without one nobody can try texts
   * against them. What was stored before a key was exchanged is known by an old one's.
   */
  readonly fingerprints: (text: string) => readonly [Buffer, ...Buffer[]];
}

/** A stored value or its data key does not open: a key is missing, or the bytes were altered or moved. Says which, and no value. */
export class UndecryptableError extends DomainError {
  constructor(why: string, options?: ErrorOptions) {
    super("internal", "secrets/undecryptable", `the secret cannot be decrypted: ${why}`, options);
    this.name = "UndecryptableError";
  }
}

/** The keys to all data keys. */
export interface EnvelopeKeys {
  /** Wraps new data keys; 32 bytes in base64 or base64url. */
  readonly key: string;
  /** Keys that wrapped what is stored already. */
  readonly oldKeys?: readonly string[];
  readonly random?: (sizeBytes: number) => Uint8Array;
}

/** Throws `RangeError` when a key is not 32 bytes in base64. */
export const createEnvelope = ({ key, oldKeys = [], random = randomBytes }: EnvelopeKeys): Envelope => {
  const current = readKey(key);
  const currentId = idOf(current);
  const old = oldKeys.map(readKey);
  const [fingerprintKey, ...oldFingerprintKeys] = [fingerprintKeyOf(current), ...old.map(fingerprintKeyOf)];
  const keysById = new Map([current, ...old].map((known) => [idOf(known).toString("hex"), known]));

  const unwrap = (wrapped: Buffer, place: DataKeyPlace): Buffer => {
    const header = wrapped.subarray(0, wrapHeaderBytes);
    if (wrapped.length !== wrappedBytes || header[0] !== format)
      throw new UndecryptableError("its data key is damaged");
    const id = header.subarray(1).toString("hex");
    const wrapping = keysById.get(id);
    if (wrapping === undefined)
      throw new UndecryptableError(`this server does not have the key ${id} that protects it`);
    return open(wrapping, wrapped.subarray(wrapHeaderBytes), keyContext(header, place), "its data key");
  };
  const withDataKey = <Result>(wrapped: Uint8Array, place: DataKeyPlace, work: (dataKey: Buffer) => Result): Result => {
    const dataKey = unwrap(Buffer.from(wrapped), place);
    try {
      return work(dataKey);
    } finally {
      dataKey.fill(0);
    }
  };
  return {
    fingerprints: (text) => [hmac(fingerprintKey, text), ...oldFingerprintKeys.map((known) => hmac(known, text))],
    createDataKey: (place) => {
      const header = Buffer.concat([Buffer.of(format), currentId]);
      const dataKey = exactly(keyBytes, random(keyBytes));
      return Buffer.concat([header, seal(current, dataKey, keyContext(header, place), random)]);
    },
    encrypt: (wrapped, place, value) =>
      withDataKey(wrapped, place, (dataKey) =>
        Buffer.concat([Buffer.of(format), seal(dataKey, Buffer.from(value, "utf8"), valueContext(place), random)]),
      ),
    decrypt: (wrapped, place, stored) =>
      withDataKey(wrapped, place, (dataKey) => {
        const ciphertext = Buffer.from(stored);
        if (ciphertext[0] !== format) throw new UndecryptableError("its format is unknown");
        return open(dataKey, ciphertext.subarray(1), valueContext(place), "its value").toString("utf8");
      }),
  };
};

/** Whether the text is a key: 32 bytes in base64 or base64url, padded or not. */
export const isEnvelopeKey = (text: string): boolean => /^(?:[A-Za-z0-9+/]{43}=?|[\w-]{43}=?)$/.test(text);

const readKey = (text: string): Buffer => {
  if (!isEnvelopeKey(text)) throw new RangeError(`a key must be ${keyBytes} bytes in base64`);
  return Buffer.from(text, "base64");
};

/** The first byte of everything stored: another way to encrypt has another. */
const format = 1;
const keyBytes = 32;
const keyIdBytes = 8;
/** Random per message; 2^32 messages under one key keep the odds of a repeat below 2^-32 (NIST SP 800-38D section 8.3). */
const nonceBytes = 12;
const tagBytes = 16;
const wrapHeaderBytes = 1 + keyIdBytes;
const wrappedBytes = wrapHeaderBytes + nonceBytes + keyBytes + tagBytes;

const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

const fingerprintKeyOf = (key: Buffer): Buffer =>
  Buffer.from(hkdfSync("sha256", key, "", "severalty/fingerprint", keyBytes));

/** Names a key without telling anything of it: rotation finds by it what a key has wrapped. */
const idOf = (key: Buffer): Buffer => hmac(key, "severalty/key-id").subarray(0, keyIdBytes);

/** Nonce, ciphertext and tag. */
const seal = (key: Buffer, plain: Buffer, context: Buffer, random: (sizeBytes: number) => Uint8Array): Buffer => {
  const nonce = exactly(nonceBytes, random(nonceBytes));
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes }).setAAD(context);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};

const open = (key: Buffer, sealed: Buffer, context: Buffer, what: string): Buffer => {
  if (sealed.length < nonceBytes + tagBytes) throw new UndecryptableError(`${what} is cut short`);
  const nonce = sealed.subarray(0, nonceBytes);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes })
    .setAAD(context)
    .setAuthTag(sealed.subarray(-tagBytes));
  const plain = decipher.update(sealed.subarray(nonceBytes, -tagBytes));
  try {
    decipher.final();
  } catch (cause) {
    throw new UndecryptableError(`${what} was altered, or belongs elsewhere`, { cause });
  }
  return plain;
};

const keyContext = (header: Buffer, { tenantId, keyVersion }: DataKeyPlace): Buffer =>
  Buffer.concat([Buffer.from("severalty/data-key\0"), header, uuid(tenantId), version(keyVersion)]);

const valueContext = ({ tenantId, secretId, keyVersion }: SecretPlace): Buffer =>
  Buffer.concat([
    Buffer.from("severalty/secret\0"),
    Buffer.of(format),
    uuid(tenantId),
    uuid(secretId),
    version(keyVersion),
  ]);

const uuid = (id: string): Buffer => exactly(16, Buffer.from(id.replaceAll("-", ""), "hex"));

const version = (keyVersion: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(keyVersion);
  return bytes;
};

const exactly = (sizeBytes: number, bytes: Uint8Array): Buffer => {
  if (bytes.length !== sizeBytes) throw new RangeError(`expected ${sizeBytes} bytes, got ${bytes.length}`);
  return Buffer.from(bytes);
};
