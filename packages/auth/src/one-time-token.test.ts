import { expect, test } from "vitest";
import { createOneTimeToken, hashOneTimeToken } from "./one-time-token.ts";

test("a one-time token carries 256 random bits and is found again by its hash", () => {
  const { token, hash } = createOneTimeToken(() => new Uint8Array(32).fill(255));
  expect(token).toBe(`svo_${"_".repeat(42)}8`);
  expect(hashOneTimeToken(token)).toEqual(hash);
});

test("two one-time tokens are never the same", () => {
  expect(createOneTimeToken().token).not.toBe(createOneTimeToken().token);
});
