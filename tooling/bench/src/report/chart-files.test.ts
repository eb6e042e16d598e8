import { expect, test } from "vitest";
import { chartFiles } from "./chart-files.ts";
import { lineChart } from "./line-chart.ts";

const chart = (title: string) =>
  lineChart({ title, unit: "ms", axis: "tenants", lines: [{ label: "W1", points: [{ x: 10, y: 1 }] }] });

test("each chart of a page is a file by its title, and looks by itself as it does on the page", () => {
  const files = chartFiles(`<h1>Report</h1>${chart("Wait of one client, by tenants")}${chart("W1: p50 & p99")}`);
  expect([...files.keys()]).toEqual(["wait-of-one-client-by-tenants.svg", "w1-p50-amp-p99.svg"]);
  const [file = ""] = files.values();
  expect(file).toMatch(
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 640 280".*<style>.*--ours.*<circle.*<\/svg>\n$/,
  );
});
