import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createApiKey, parseApiKey } from "./api-key.ts";

/** Answers the given bytes: first the prefix's, then the secret's. */
const from = (...answers: Uint8Array[]) => {
  const left = [...answers];
  return () => left.shift() ?? new Uint8Array(0);
};
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const zeros = () => createApiKey(from(new Uint8Array(6), new Uint8Array(32)));

test("a key is svk_, six bytes to know it by, 32 secret ones and a checksum, and its hash is SHA-256 of the whole", () => {
  const { key, prefix, hash } = zeros();
  expect(key).toBe(`svk_000000000000_${"A".repeat(43)}_32063bbd`);
  expect(prefix).toBe("svk_000000000000");
  expect(hash).toEqual(createHash("sha256").update(key).digest());
  expect(hash).toHaveLength(32);
});

test("two keys differ in prefix, secret and hash", () => {
  const [one, other] = [createApiKey(), createApiKey()];
  expect(one.prefix).not.toBe(other.prefix);
  expect(one.key.slice(17, 60)).not.toBe(other.key.slice(17, 60));
  expect(one.hash).not.toEqual(other.hash);
});

test("B7: every key is found again by its hash, and its prefix holds nothing of its secret", () => {
  fc.assert(
    fc.property(bytes(6), bytes(32), (name, secret) => {
      const { key, ...parts } = createApiKey(from(name, secret));
      expect(parseApiKey(key)).toEqual(parts);
      expect(Buffer.from(key.slice(17, 60), "base64url")).toEqual(Buffer.from(secret));
      expect(parts.prefix).toBe(`svk_${Buffer.from(name).toString("hex")}`);
    }),
  );
});

test("a key with one character changed, left out or put in is no key", () => {
  const edit = fc.record({ at: fc.nat(68), cut: fc.nat(1), put: fc.stringMatching(/^[\w-]?$/) });
  fc.assert(
    fc.property(bytes(6), bytes(32), edit, (name, secret, { at, cut, put }) => {
      const { key } = createApiKey(from(name, secret));
      const edited = key.slice(0, at) + put + key.slice(at + cut);
      expect(parseApiKey(edited) !== undefined).toBe(edited === key);
    }),
    { numRuns: 500 },
  );
});

test.each(["", "svk_", " ", "x".repeat(69), zeros().prefix, ` ${zeros().key}`, `${zeros().key}\n`])(
  "%j is no key",
  (text) => {
    expect(parseApiKey(text)).toBeUndefined();
  },
);

test("a key whose spelling alone differs is no key, though its checksum is right", () => {
  const { key } = zeros();
  expect(parseApiKey(key.toUpperCase())).toBeUndefined();
  expect(parseApiKey(`svk_000000000000_${"A".repeat(42)}B_ab0f6a07`)).toBeUndefined();
});

test("a source of too few random bytes is a fault, not a weak key", () => {
  expect(() => createApiKey(from(new Uint8Array(6), new Uint8Array(16)))).toThrow(
    "needs 6 and 32 random bytes, got 6 and 16",
  );
});
