import { expect, test } from "vitest";
import { median, percentile } from "./statistics.ts";

test("a percentile is a value that was measured, by nearest rank", () => {
  const values = Float64Array.from({ length: 200 }, (_, index) => 200 - index);
  expect(percentile(values, 0.5)).toBe(100);
  expect(percentile(values, 0.99)).toBe(198);
  expect(percentile(values, 1)).toBe(200);
  expect(percentile(Float64Array.of(7), 0.99)).toBe(7);
});

test("values are ordered as numbers, and stay in the order in which they were measured", () => {
  const values = Float64Array.of(10, 9, 100);
  expect(percentile(values, 0.5)).toBe(10);
  expect([...values]).toEqual([10, 9, 100]);
});

test("a single slow round does not count", () => {
  expect(median([3, 900, 4])).toBe(4);
});

test("nothing measured is no number", () => {
  expect(() => median([])).toThrow("nothing was measured");
});
