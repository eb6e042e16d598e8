import { expect, test } from "vitest";
import { z } from "zod";
import { locale } from "./locale.ts";
import { moment } from "./moment.ts";
import { rule, seen } from "./seen.ts";

const messageOf = (schema: z.ZodType, input: unknown) => schema.safeParse(input).error?.issues[0]?.message;

test("a rule of our own ends with what was seen, a moment as it is written", () => {
  expect(messageOf(locale, "English")).toBe('must be a language tag such as en or en-GB, got "English" (7 characters)');
  expect(messageOf(moment, "0000-01-01T00:00:00Z")).toBe(
    "must be of the years 1 to 9999, got 0000-01-01T00:00:00.000Z",
  );
  expect(messageOf(z.string().regex(/^a/, rule("must begin with a")), "x".repeat(900))).toBe(
    `must begin with a, got "${"x".repeat(40)}" (900 characters)`,
  );
});

test("a moment that is none, and anything else, can be told", () => {
  expect([new Date(Number.NaN), undefined, null, [1, 2], { a: "hidden" }, 5, true].map(seen)).toEqual([
    "no moment",
    "nothing",
    "null",
    "an array of 2",
    "an object with 1 keys",
    "5",
    "true",
  ]);
});
