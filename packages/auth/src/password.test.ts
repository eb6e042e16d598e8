import * as fc from "fast-check";
import { expect, test } from "vitest";
import { hashPassword, needsRehash, verifyPassword } from "./password.ts";

const plain = "correct horse battery staple";
const stored = await hashPassword(plain);

test("a password is stored as Argon2id with 64 MiB and three passes", () => {
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
});

test("the right password is accepted, and no other", async () => {
  expect(await verifyPassword(stored, plain)).toBe(true);
  expect(await verifyPassword(stored, `${plain} `)).toBe(false);
  expect(await verifyPassword(stored, "")).toBe(false);
});

test("the same password never has the same hash twice", async () => {
  expect(await hashPassword(plain)).not.toBe(stored);
});

test("what was hashed is accepted, whatever characters it has", { timeout: 20_000 }, async () => {
  const password = fc.string({ unit: "binary", minLength: 1, maxLength: 200 }).filter((text) => text.isWellFormed());
  await fc.assert(
    fc.asyncProperty(password, password, async (one, other) => {
      const made = await hashPassword(one);
      expect(await verifyPassword(made, one)).toBe(true);
      expect(await verifyPassword(made, other)).toBe(one === other);
    }),
    { numRuns: 2 },
  );
});

test("no password opens an unknown address", async () => {
  expect(await verifyPassword(null, plain)).toBe(false);
});

test.each([
  ["nothing", ""],
  ["another scheme", "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"],
  ["a hash cut short", stored.slice(0, -1)],
  ["no passes", stored.replace("t=3", "t=0")],
  ["more memory than the machine has", stored.replace("m=65536", "m=4294967295")],
  ["more passes than anyone waits for", stored.replace("t=3", "t=4294967295")],
])("a stored hash that is damaged (%s) answers false and is due for a new one", async (_, damaged) => {
  expect(await verifyPassword(damaged, plain)).toBe(false);
  expect(needsRehash(damaged)).toBe(true);
});

test("no stored hash survives the change of one character", { timeout: 20_000 }, async () => {
  const character = fc.constantFrom(..."abcXYZ0189+/$=,".split(""));
  await fc.assert(
    fc.asyncProperty(fc.nat(stored.length - 1), character, async (at, other) => {
      fc.pre(stored[at] !== other);
      expect(await verifyPassword(stored.slice(0, at) + other + stored.slice(at + 1), plain)).toBe(false);
    }),
    { numRuns: 4 },
  );
});

test("a hash of today's strength or more is kept, a weaker one is made anew", () => {
  expect(needsRehash(stored)).toBe(false);
  expect(needsRehash(stored.replace("m=65536", "m=131072"))).toBe(false);
  expect(needsRehash(stored.replace("m=65536", "m=19456"))).toBe(true);
  expect(needsRehash(stored.replace("t=3", "t=2"))).toBe(true);
  expect(needsRehash(stored.replace("argon2id", "argon2i"))).toBe(true);
  expect(needsRehash(stored.replace("v=19", "v=16"))).toBe(true);
});
