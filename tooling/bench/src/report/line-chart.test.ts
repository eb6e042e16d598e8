import { expect, test } from "vitest";
import { lineChart } from "./line-chart.ts";
import { spreadApart } from "./spread-apart.ts";
import { ticks } from "./ticks.ts";

test("an axis reaches its highest value in steps that people count in", () => {
  expect(ticks(1.38)).toEqual([0, 0.5, 1, 1.5]);
  expect(ticks(169)).toEqual([0, 50, 100, 150, 200]);
  expect(ticks(0.003)).toEqual([0, 0.001, 0.002, 0.003]);
  for (const most of [1, 2, 3, 7, 10, 99, 12_345]) {
    expect(ticks(most).at(-1)).toBeGreaterThanOrEqual(most);
    expect(ticks(most).length).toBeLessThanOrEqual(6);
  }
});

test("names of lines that end together do not cover each other", () => {
  expect(spreadApart([100, 40, 101], 15)).toEqual([100, 40, 115]);
});

test("a chart without points is not drawn, one of a single point is", () => {
  expect(lineChart({ title: "None", unit: "ms", axis: "tenants", lines: [{ label: "W1", points: [] }] })).toBe("");
  const one = lineChart({
    title: "One",
    unit: "ms",
    axis: "tenants",
    lines: [{ label: "W1", points: [{ x: 10, y: 0 }] }],
  });
  expect(one).toContain("<circle");
  expect(one).not.toContain("NaN");
});
