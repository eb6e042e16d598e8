import * as fc from "fast-check";
import { expect, test } from "vitest";
import { tenantName, tenantSlug } from "./tenant.ts";

test.each(["abc", "a-b", "a1b", "123", "0-0", "acme-corp", "a--b", `a${"-".repeat(48)}z`, "x".repeat(50)])(
  "D1: %s is a tenant slug",
  (slug) => {
    expect(tenantSlug.parse(slug)).toBe(slug);
  },
);

test.each([
  "",
  "a",
  "ab",
  "-ab",
  "ab-",
  "---",
  "Abc",
  "a_b",
  "a b",
  " abc",
  "abc ",
  "abc\n",
  "a.b",
  "äbc",
  "abç",
  "ａｂｃ",
  "x".repeat(51),
  "a\0c",
  "🙂🙂🙂",
])("D1: %j is no tenant slug", (slug) => {
  expect(tenantSlug.safeParse(slug).success).toBe(false);
});

test("D1: a slug has 3 to 50 characters of a-z, 0-9 and hyphens, none of them at an end", () => {
  const nearly = fc.string({ unit: fc.constantFrom("a", "b", "0", "9", "-", "A", "_", " ", "\n", "é"), maxLength: 52 });
  fc.assert(
    fc.property(nearly, (text) => {
      const isSlug =
        text.length >= 3 &&
        text.length <= 50 &&
        text.split("").every((character) => "abcdefghijklmnopqrstuvwxyz0123456789-".includes(character)) &&
        !text.startsWith("-") &&
        !text.endsWith("-");
      expect(tenantSlug.safeParse(text).success).toBe(isSlug);
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test("a refused slug is told the rule and what was seen, shortened", () => {
  const { error } = tenantSlug.safeParse(`No ${"x".repeat(500)}`);
  const [issue] = error?.issues ?? [];
  expect(issue?.message).toMatch(/^tenant slug must be 3 to 50 characters .*, got "No x+"$/);
  expect(issue?.message.length).toBeLessThan(150);
});

test("a tenant's name has 1 to 120 characters after trimming", () => {
  expect(tenantName.parse("  Acme  ")).toBe("Acme");
  expect(tenantName.safeParse("   ").success).toBe(false);
  expect(tenantName.safeParse("x".repeat(120)).success).toBe(true);
  expect(tenantName.safeParse("x".repeat(121)).success).toBe(false);
});
