import * as fc from "fast-check";
import { expect, test } from "vitest";
import { between, containsEachWord, where } from "./where.ts";

test("filters that were not given constrain nothing, while null does", () => {
  expect(where({ a: undefined, b: null, c: 0, d: "" })).toEqual({ b: null, c: 0, d: "" });
});

test("a range includes its beginning and excludes its end", () => {
  const [from, before] = [new Date("2026-01-01T00:00:00Z"), new Date("2026-02-01T00:00:00Z")];
  expect(between(from, before)).toEqual({ $gte: from, $lt: before });
  expect(between(from, undefined)).toEqual({ $gte: from });
  expect(between(undefined, before)).toEqual({ $lt: before });
  expect(between(undefined, undefined)).toBeUndefined();
});

test("each word must stand in one of the fields", () => {
  expect(containsEachWord(["title", "content"], " one  100% ")).toEqual([
    { $or: [{ title: { $ilike: "%one%" } }, { content: { $ilike: "%one%" } }] },
    { $or: [{ title: { $ilike: String.raw`%100\%%` } }, { content: { $ilike: String.raw`%100\%%` } }] },
  ]);
  expect(containsEachWord(["title"], undefined)).toBeUndefined();
});

/** LIKE as PostgreSQL documents it (section 9.7.1), over single characters. */
const isLike = (text: string, pattern: string): boolean => {
  const source = pattern.replaceAll(
    /\\(.)|(%)|(_)|([^\\%_])/gsu,
    (_, quoted?: string, any?: string, one?: string, plain?: string) => {
      if (any !== undefined) return ".*";
      if (one !== undefined) return ".";
      return RegExp.escape(quoted ?? plain ?? "");
    },
  );
  return new RegExp(`^${source}$`, "su").test(text);
};

test("a word is found exactly where it stands, whatever characters it has", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "%", "_", "\\", "."), minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(
      word,
      fc.string({ unit: fc.constantFrom("a", "%", "_", "\\", ".", "b"), maxLength: 8 }),
      (sought, text) => {
        const [condition] = containsEachWord(["title"], sought) ?? [];
        const pattern = condition?.$or[0]?.["title"]?.$ilike ?? "";
        expect(isLike(text, pattern)).toBe(text.includes(sought));
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});
