import * as fc from "fast-check";
import { expect, test } from "vitest";
import { contentHash, contentLengthMax, documentContent, documentTitle } from "./document.ts";
import { storableText } from "./text.ts";

test("text is trimmed before it is measured, unless it is kept as it is", () => {
  expect(storableText({ min: 1, max: 3 }).parse("  abc  ")).toBe("abc");
  expect(storableText({ min: 1, max: 3 }).safeParse("   ").success).toBe(false);
  expect(storableText({ min: 0, max: 7, trim: false }).parse("  abc  ")).toBe("  abc  ");
});

test("text that PostgreSQL cannot store is refused: U+0000 and lone surrogates", () => {
  for (const bad of ["a\0b", "\0", "a\uD800", "\uDFFFb", "\uDFFF\uD800"])
    expect([bad, storableText({ min: 0, max: 10 }).safeParse(bad).success]).toEqual([bad, false]);
  expect(storableText({ min: 0, max: 10 }).parse("a🙂é\t\n\u0001")).toBe("a🙂é\t\n\u0001");
});

test("any well-formed text without U+0000 within its bounds, in code points as PostgreSQL counts, is accepted unchanged, and no other", () => {
  const bounds = { min: 2, max: 8, trim: false };
  const unit = fc.constantFrom("a", " ", "\0", "\uD83D", "\uDE42", "🙂", "é");
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 10 }), (text) => {
      const { length } = Array.from(text);
      const isGood = length >= 2 && length <= 8 && !text.includes("\0") && text.isWellFormed();
      const parsed = storableText(bounds).safeParse(text);
      expect([parsed.success, parsed.data]).toEqual([isGood, isGood ? text : undefined]);
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test("a title has 1 to 300 characters, content up to its bound, white space kept", () => {
  expect(documentTitle.safeParse("").success).toBe(false);
  expect(documentTitle.safeParse("x".repeat(300)).success).toBe(true);
  expect(documentTitle.safeParse("x".repeat(301)).success).toBe(false);
  expect(documentContent.parse(" \n")).toBe(" \n");
  expect(documentContent.safeParse("x".repeat(contentLengthMax)).success).toBe(true);
  expect(documentContent.safeParse("x".repeat(contentLengthMax + 1)).success).toBe(false);
});

test("the hash of content is the SHA-256 of its UTF-8 bytes, in lower-case hexadecimal", () => {
  expect(contentHash("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(contentHash("é")).toBe("4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c");
});
