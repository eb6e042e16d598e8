import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createPasswords, needsRehash } from "./password.ts";

const passwords = createPasswords();
/** The same at a hundredth of the cost, for what is tried many times. */
const quick = createPasswords({ memoryCost: 1024, timeCost: 1 });

const plain = "correct horse battery staple";
const stored = await passwords.hash(plain);

test("a password is stored as Argon2id with 64 MiB and three passes", () => {
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
});

test("the right password is accepted, and no other", async () => {
  expect(await passwords.verify(stored, plain)).toBe(true);
  expect(await passwords.verify(stored, `${plain} `)).toBe(false);
  expect(await passwords.verify(stored, "")).toBe(false);
});

test("the same password never has the same hash twice", async () => {
  expect(await passwords.hash(plain)).not.toBe(stored);
});

test("what was hashed is accepted, whatever characters it has", async () => {
  const password = fc.string({ unit: "binary", minLength: 1, maxLength: 200 }).filter((text) => text.isWellFormed());
  await fc.assert(
    fc.asyncProperty(password, password, async (one, other) => {
      const made = await quick.hash(one);
      expect(await quick.verify(made, one)).toBe(true);
      expect(await quick.verify(made, other)).toBe(one === other);
    }),
    { numRuns: 20 },
  );
});

test("no password opens an unknown address", async () => {
  expect(await passwords.verify(null, plain)).toBe(false);
});

test.each([
  ["nothing", ""],
  ["another scheme", "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"],
  ["a hash cut short", stored.slice(0, -1)],
  ["no passes", stored.replace("t=3", "t=0")],
  ["more memory than the machine has", stored.replace("m=65536", "m=4294967295")],
  ["more passes than anyone waits for", stored.replace("t=3", "t=4294967295")],
])("a stored hash that is damaged (%s) answers false and is due for a new one", async (_, damaged) => {
  expect(await passwords.verify(damaged, plain)).toBe(false);
  expect(needsRehash(damaged)).toBe(true);
});

test("no stored hash survives the change of one character", async () => {
  const quickly = await quick.hash(plain);
  const character = fc.constantFrom(..."abcXYZ0189+/$=,".split(""));
  await fc.assert(
    fc.asyncProperty(fc.nat(quickly.length - 1), character, async (at, other) => {
      fc.pre(quickly[at] !== other);
      expect(await quick.verify(quickly.slice(0, at) + other + quickly.slice(at + 1), plain)).toBe(false);
    }),
    { numRuns: 20 },
  );
});

test("a hash of today's strength or more is kept, a weaker one is made anew", () => {
  expect(needsRehash(stored)).toBe(false);
  expect(needsRehash(stored.replace("m=65536", "m=131072"))).toBe(false);
  expect(needsRehash(stored.replace("m=65536", "m=19456"))).toBe(true);
  expect(needsRehash(stored.replace("t=3", "t=2"))).toBe(true);
  expect(needsRehash(stored.replace("argon2id", "argon2i"))).toBe(true);
  const [, ...parts] = stored.split("$");
  const withBytes = (salt: number, made: number) =>
    [
      "",
      ...parts.slice(0, 3),
      parts[3]?.slice(0, Math.ceil((salt * 4) / 3)),
      parts[4]?.slice(0, Math.ceil((made * 4) / 3)),
    ].join("$");
  expect([withBytes(16, 32), withBytes(12, 32), withBytes(16, 24)].map(needsRehash)).toEqual([false, true, true]);
  expect(needsRehash(stored.replace("v=19", "v=16"))).toBe(true);
});
