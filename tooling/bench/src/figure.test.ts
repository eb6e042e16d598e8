import { expect, test } from "vitest";
import { figureTable } from "./figure-table.ts";
import { type Figure, isKept } from "./figure.ts";

const figure = (value: number, moreIsBetter?: true): Figure => ({
  name: "a figure",
  value,
  limit: 2,
  unit: "×",
  on: "a test",
  ...(moreIsBetter && { moreIsBetter }),
});

test("a limit is the most that a figure may be, or the least where more is better", () => {
  expect([1, 2, 3].map((value) => isKept(figure(value)))).toEqual([true, true, false]);
  expect([1, 2, 3].map((value) => isKept(figure(value, true)))).toEqual([false, true, true]);
});

test("the table says which way a limit points, and whether it holds", () => {
  expect(figureTable([figure(3)])).toMatch(/3\.00 × +│ < 2 × +│ NO/);
  expect(figureTable([figure(3, true)])).toMatch(/3\.00 × +│ ≥ 2 × +│ yes/);
});
