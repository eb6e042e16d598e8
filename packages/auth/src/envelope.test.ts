import { randomBytes } from "node:crypto";
import { asId, createNewId, type SecretId, type TenantId } from "@severalty/domain/ids";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createEnvelope, isEnvelopeKey, UndecryptableError, type SecretPlace } from "./envelope.ts";

const newId = createNewId();
const newKey = () => randomBytes(32).toString("base64");
const newPlace = (): SecretPlace => ({ tenantId: newId<TenantId>(), secretId: newId<SecretId>(), keyVersion: 1 });

const envelope = createEnvelope({ key: newKey() });
const place = newPlace();
const wrapped = envelope.createDataKey(place);

/** Each other place that differs from the given one in one thing. */
const elsewhere: Record<string, SecretPlace> = {
  tenant: { ...place, tenantId: newId<TenantId>() },
  secret: { ...place, secretId: newId<SecretId>() },
  version: { ...place, keyVersion: 2 },
};

const undecryptable = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof UndecryptableError) return error.message;
    throw error;
  }
  throw new Error("it was decrypted");
};

const anyText = fc.string({ unit: "binary", minLength: 1, maxLength: 300 });

test("every value comes back as it was, its data key unwrapped for it alone", () => {
  fc.assert(
    fc.property(
      anyText,
      fc.uuid(),
      fc.uuid(),
      fc.integer({ min: 1, max: 2 ** 32 - 1 }),
      (value, one, other, keyVersion) => {
        const at = { tenantId: asId<TenantId>(one), secretId: asId<SecretId>(other), keyVersion };
        const key = envelope.createDataKey(at);
        expect(envelope.decrypt(key, at, envelope.encrypt(key, at, value))).toBe(value);
      },
    ),
  );
});

test("the longest value and one with a byte order mark come back as they were", () => {
  for (const value of ["x".repeat(64 * 1024), "\uFEFFmarked", "\0"])
    expect(envelope.decrypt(wrapped, place, envelope.encrypt(wrapped, place, value))).toBe(value);
});

test("with any bit flipped a value does not decrypt, and says nothing of itself", () => {
  const ciphertext = envelope.encrypt(wrapped, place, "hunter2");
  for (let bit = 0; bit < ciphertext.length * 8; bit++)
    expect(undecryptable(() => envelope.decrypt(wrapped, place, flip(ciphertext, bit)))).not.toContain("hunter2");
});

test("with any bit of its wrapped data key flipped a value does not decrypt", () => {
  const ciphertext = envelope.encrypt(wrapped, place, "hunter2");
  for (let bit = 0; bit < wrapped.length * 8; bit++)
    expect(() => envelope.decrypt(flip(wrapped, bit), place, ciphertext)).toThrow(UndecryptableError);
});

test("cut at any place or made longer, neither a value nor a data key decrypts", () => {
  const ciphertext = envelope.encrypt(wrapped, place, "hunter2");
  for (let end = 0; end < ciphertext.length; end++)
    expect(() => envelope.decrypt(wrapped, place, ciphertext.subarray(0, end))).toThrow(UndecryptableError);
  for (let end = 0; end < wrapped.length; end++)
    expect(() => envelope.decrypt(wrapped.subarray(0, end), place, ciphertext)).toThrow("its data key is damaged");
  expect(() => envelope.decrypt(wrapped, place, Buffer.concat([ciphertext, Buffer.of(0)]))).toThrow(UndecryptableError);
  expect(() => envelope.decrypt(Buffer.concat([wrapped, Buffer.of(0)]), place, ciphertext)).toThrow(
    "its data key is damaged",
  );
});

test.each(Object.entries(elsewhere))("a value does not decrypt under another %s", (_, other) => {
  const ciphertext = envelope.encrypt(wrapped, place, "hunter2");
  expect(() => envelope.decrypt(wrapped, other, ciphertext)).toThrow(UndecryptableError);
});

test.each(["tenant", "secret", "version"])(
  "a value does not decrypt at another %s, though the place has a data key of its own",
  (what) => {
    const other = elsewhere[what] ?? place;
    const ciphertext = envelope.encrypt(wrapped, place, "hunter2");
    expect(() => envelope.decrypt(envelope.createDataKey(other), other, ciphertext)).toThrow(UndecryptableError);
  },
);

test("a value is bound to its tenant and version by itself, even where the data key were the same", () => {
  // A source of one repeated byte makes equal data keys for all places.
  const same = createEnvelope({ key: newKey(), random: (sizeBytes) => new Uint8Array(sizeBytes).fill(7) });
  const ciphertext = same.encrypt(same.createDataKey(place), place, "hunter2");
  for (const other of Object.values(elsewhere)) {
    const key = same.createDataKey(other);
    expect(undecryptable(() => same.decrypt(key, other, ciphertext))).toMatch(
      /its value was altered, or belongs elsewhere$/,
    );
  }
  expect(same.decrypt(same.createDataKey(place), place, ciphertext)).toBe("hunter2");
});

test.each(["tenant", "version"])("a data key cannot be unwrapped for another %s", (what) => {
  const message = undecryptable(() => envelope.encrypt(wrapped, elsewhere[what] ?? place, "hunter2"));
  expect(message).toMatch(/its data key was altered, or belongs elsewhere$/);
});

test("encrypted twice, a value is stored in different bytes", () => {
  expect(envelope.encrypt(wrapped, place, "hunter2")).not.toEqual(envelope.encrypt(wrapped, place, "hunter2"));
  expect(envelope.createDataKey(place)).not.toEqual(envelope.createDataKey(place));
});

test("what an old key has wrapped opens while that key is known, and new data keys are wrapped by the new one", () => {
  const [oldKey, key] = [newKey(), newKey()];
  const before = createEnvelope({ key: oldKey });
  const oldWrapped = before.createDataKey(place);
  const ciphertext = before.encrypt(oldWrapped, place, "hunter2");
  const after = createEnvelope({ key, oldKeys: [oldKey] });
  expect(after.decrypt(oldWrapped, place, ciphertext)).toBe("hunter2");
  const newWrapped = after.createDataKey(place);
  const renewed = after.encrypt(newWrapped, place, "hunter2");
  expect(createEnvelope({ key }).decrypt(newWrapped, place, renewed)).toBe("hunter2");
  expect(() => before.decrypt(newWrapped, place, renewed)).toThrow(UndecryptableError);
  expect(undecryptable(() => createEnvelope({ key }).decrypt(oldWrapped, place, ciphertext))).toBe(
    `the secret cannot be decrypted: this server does not have the key ${oldWrapped.subarray(1, 9).toString("hex")} that protects it`,
  );
});

test("the stored bytes are those that another program computes by the same rules", () => {
  // By Python's `cryptography`: AESGCM over the contexts of ADR-0009, the data key of 0xd0, nonces of 0xa1 and 0xb2.
  const parts = [0xd0, 0xa1, 0xb2];
  const fixed = createEnvelope({
    key: Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString("base64"),
    random: (sizeBytes) => new Uint8Array(sizeBytes).fill(parts.shift() ?? 0),
  });
  const at = {
    tenantId: asId<TenantId>("01920000-0000-7000-8000-0000000000aa"),
    secretId: asId<SecretId>("01920000-0000-7000-8000-0000000000bb"),
    keyVersion: 7,
  };
  const key = fixed.createDataKey(at);
  expect(key.toString("hex")).toBe(
    "019c2a819a35439d28a1a1a1a1a1a1a1a1a1a1a1a175102b8e03cea10414cd719d38e81707a1e18d938a3920389bfb0070031d30053485aa286fb417c10745e7730e18ee38",
  );
  expect(fixed.encrypt(key, at, "geheim ✓").toString("hex")).toBe(
    "01b2b2b2b2b2b2b2b2b2b2b2b2f6f2078efdc722f891db096451b5071e30fde6c557113654302e",
  );
});

test("a source of too few random bytes is a fault, not a weak key", () => {
  const key = newKey();
  const short = createEnvelope({ key, random: () => new Uint8Array(8) });
  expect(() => short.createDataKey(place)).toThrow("expected 32 bytes, got 8");
  const sound = createEnvelope({ key }).createDataKey(place);
  expect(() => short.encrypt(sound, place, "x")).toThrow("expected 12 bytes, got 8");
});

test("an id that is no UUID is a fault, not a weaker binding", () => {
  expect(() => envelope.createDataKey({ tenantId: asId<TenantId>("tenant"), keyVersion: 1 })).toThrow(
    "expected 16 bytes",
  );
});

test("a key is 32 bytes in base64 or base64url, padded or not, and a refused one is not shown", () => {
  const bytes = Buffer.alloc(32, 0xfb);
  for (const text of [bytes.toString("base64"), bytes.toString("base64url"), `${bytes.toString("base64url")}=`])
    expect(isEnvelopeKey(text)).toBe(true);
  for (const bad of [
    "",
    "hunter2",
    bytes.toString("hex"),
    randomBytes(31).toString("base64"),
    `${newKey()}\n`,
    ` ${newKey()}`,
  ]) {
    expect(isEnvelopeKey(bad)).toBe(false);
    expect(() => createEnvelope({ key: bad })).toThrow(/^a key must be 32 bytes in base64$/);
    expect(() => createEnvelope({ key: newKey(), oldKeys: [bad] })).toThrow(RangeError);
  }
});

const flip = (bytes: Buffer, bit: number): Buffer => {
  const flipped = Buffer.from(bytes);
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
};
