import * as fc from "fast-check";
import { expect, test } from "vitest";
import { secretBytesMax, secretValue } from "./secret.ts";

const messagesOf = (value: unknown) => secretValue.safeParse(value).error?.issues.map(({ message }) => message);

test("a secret's value has 1 to 65536 bytes of UTF-8 and is kept as it is, blanks and control characters too", () => {
  for (const value of ["x", " padded\n", "\0", "é".repeat(secretBytesMax / 2)])
    expect(secretValue.parse(value)).toBe(value);
  expect(messagesOf("")).toEqual(["must be text of 1 to 65536 bytes of UTF-8, got 0"]);
  expect(messagesOf("é".repeat(secretBytesMax / 2 + 1))).toEqual([
    "must be text of 1 to 65536 bytes of UTF-8, got 65538",
  ]);
  expect(messagesOf("hunter\uD800")).toEqual(["must be well-formed Unicode (a lone surrogate was seen)"]);
});

test("whatever stands in its place, a message tells its type alone", () => {
  fc.assert(
    fc.property(
      fc.anything().filter((value) => typeof value !== "string"),
      (value) => {
        for (const message of messagesOf(value) ?? [])
          expect(message).toMatch(
            /^must be text of 1 to 65536 bytes of UTF-8, got (nothing|no text but (null|an array|a value of type [a-z]+))$/,
          );
        expect(messagesOf(value)).toHaveLength(1);
      },
    ),
  );
});
