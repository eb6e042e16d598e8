import * as fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { afterCursor, listAnswer, listInput } from "./pagination.ts";

const pair = () => z.tuple([z.string(), z.int()]);

const cursorAfter = (values: readonly unknown[]) => listAnswer({ rows: [{}], more: true }, () => values).nextCursor;

test("a page that is followed by rows has the cursor of its last row; the last page has none", () => {
  const rows = [{ id: "b" }, { id: "a" }];
  const { items, nextCursor } = listAnswer({ rows, more: true }, ({ id }) => [id, 1]);
  expect(items).toEqual(rows);
  expect(afterCursor(nextCursor, pair)).toEqual(["a", 1]);
  expect(listAnswer({ rows, more: false }, ({ id }) => [id]).nextCursor).toBeNull();
  expect(listAnswer({ rows: [], more: false }, () => []).nextCursor).toBeNull();
});

test("a cursor gives back whatever sort values it was made of", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.maxSafeInteger(), (text, number) => {
      expect(afterCursor(cursorAfter([text, number]), pair)).toEqual([text, number]);
    }),
    { seed: 1 },
  );
});

test("a cursor travels in a URL as it is", () => {
  expect(cursorAfter(["?>~", 7])).toMatch(/^[\w-]+$/);
});

test("anything but a cursor is refused, whatever it is", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => afterCursor(text, pair)).toThrow("cursor must be one that a list gave");
    }),
    { seed: 1 },
  );
});

test("no cursor means the first page", () => {
  expect(afterCursor(undefined, pair)).toBeUndefined();
  expect(afterCursor(null, pair)).toBeUndefined();
});

test("a list needs no input, and asks for twenty rows", () => {
  const input = listInput({ role: z.string().optional() });
  expect(input.parse(undefined)).toEqual({ limit: 20 });
  expect(input.parse({ role: "x", limit: 100, cursor: null })).toEqual({ role: "x", limit: 100, cursor: null });
  expect(input.safeParse({ limit: 101 }).success).toBe(false);
  expect(input.safeParse({ rule: "x" }).success).toBe(false);
});
