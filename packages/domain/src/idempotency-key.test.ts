import * as fc from "fast-check";
import { expect, test } from "vitest";
import { assertIdempotencyKey } from "./idempotency-key.ts";

const rule = "Idempotency-Key must be 1 to 200 visible ASCII characters";

test("a key is 1 to 200 visible ASCII characters, whichever they are", () => {
  const visible = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
  fc.assert(
    fc.property(fc.string({ unit: visible, minLength: 1, maxLength: 200, size: "max" }), (key) => {
      expect(() => assertIdempotencyKey(key)).not.toThrow();
    }),
    { seed: 1 },
  );
});

test.each([
  ["", "got 0 characters"],
  ["x".repeat(201), "got 201 characters"],
  ["a b", "got 3 characters, of which 1 are others"],
  ["a, b", "got 4 characters, of which 1 are others"],
  ["schlüssel", "got 9 characters, of which 1 are others"],
  ["a\u007f\t", "got 3 characters, of which 2 are others"],
])("%j is no key: the refusal names the rule and the length, and does not repeat the key", (key, seen) => {
  expect(() => assertIdempotencyKey(key)).toThrow(
    expect.objectContaining({ reason: "idempotency/invalid-key", message: `${rule}, ${seen}` }) as Error,
  );
});
