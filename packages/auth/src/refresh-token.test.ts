import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createRefreshToken, hashRefreshToken, isRefreshToken } from "./refresh-token.ts";

const anySecret = fc.uint8Array({ minLength: 32, maxLength: 32 });

test("a refresh token is svr_ and 32 bytes, and its hash is SHA-256 of the whole", () => {
  const { token, hash } = createRefreshToken(() => new Uint8Array(32));
  expect(token).toBe(`svr_${"A".repeat(43)}`);
  expect(hash.toString("hex")).toBe("fbc2baf8c1b74bfe452aa996fb79602a7f14abf11cded07e8c08dec274cc3a7a");
});

test("two refresh tokens differ, and so do their hashes", () => {
  const [one, other] = [createRefreshToken(), createRefreshToken()];
  expect(one.token).not.toBe(other.token);
  expect(one.hash).not.toEqual(other.hash);
});

test("every secret makes a token of the right shape, whose hash can be found again", () => {
  fc.assert(
    fc.property(anySecret, (secret) => {
      const { token, hash } = createRefreshToken(() => secret);
      expect(isRefreshToken(token)).toBe(true);
      expect(hashRefreshToken(token)).toEqual(hash);
      expect(Buffer.from(token.slice(4), "base64url")).toEqual(Buffer.from(secret));
    }),
  );
});

test("one secret has one spelling", () => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".split("");
  fc.assert(
    fc.property(anySecret, (secret) => {
      const { token } = createRefreshToken(() => secret);
      const spellings = alphabet
        .map((last) => token.slice(0, -1) + last)
        .filter((other) => Buffer.from(other.slice(4), "base64url").equals(secret));
      expect(spellings).toHaveLength(4);
      expect(spellings.filter(isRefreshToken)).toEqual([token]);
    }),
  );
});

test.each([
  undefined,
  null,
  7,
  "",
  "svr_",
  `svr_${"A".repeat(42)}`,
  `svr_${"A".repeat(44)}`,
  `svr_${"A".repeat(42)}B`,
  `svk_${"A".repeat(43)}`,
  `svr_${"A".repeat(43)}\n`,
  `svr_${"A".repeat(42)}=`,
])("%j is not a refresh token", (value) => {
  expect(isRefreshToken(value)).toBe(false);
});

test("a source of too few random bytes is a fault, not a weak token", () => {
  expect(() => createRefreshToken(() => new Uint8Array(16))).toThrow("needs 32 random bytes, got 16");
});
