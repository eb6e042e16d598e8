import { expect, test } from "vitest";
import type { TestReport } from "./test-report.ts";
import { summarize } from "./test-summary.ts";

const makeRun = (report: Partial<TestReport>, cached = false) => ({
  name: "@severalty/example",
  cached,
  report: { files: 1, passed: [], failed: [], skipped: [], durationMs: 1234, ...report },
});

const lastLine = (text: string) => text.split("\n").at(-1);

const titles = (count: number) => Array.from({ length: count }, (_, index) => `promise ${index}`);

test("the last line counts passed and failed tests of all packages", () => {
  const { text, ok } = summarize([makeRun({ passed: titles(2) }), makeRun({ passed: titles(40) })]);
  expect([lastLine(text), ok]).toEqual(["42 passed, 0 failed", true]);
});

test("skipped tests are counted on the last line and named above it", () => {
  const { text, ok } = summarize([makeRun({ passed: titles(1), skipped: ["as root (only root can)"] })]);
  expect([lastLine(text), ok]).toEqual(["1 passed, 0 failed, 1 skipped", true]);
  expect(text).toContain("Skipped:\n  @severalty/example: as root (only root can)");
});

test("one failure fails the whole, and is named", () => {
  const { text, ok } = summarize([makeRun({ passed: titles(5) }), makeRun({ failed: ["a promise that broke"] })]);
  expect([lastLine(text), ok]).toEqual(["5 passed, 1 failed", false]);
  expect(text).toContain("Failed:\n  @severalty/example: a promise that broke");
});

test("a run without any test is not a success", () => {
  const { text, ok } = summarize([]);
  expect([lastLine(text), ok]).toEqual(["0 passed, 0 failed", false]);
  expect(text).toContain("No test ran.");
});

test("each package has a line, which says when its result is from the cache", () => {
  expect(summarize([makeRun({ passed: titles(1) }, true)]).text).toMatch(
    /@severalty\/example +1 +1 +0 +0 +1\.2 s \(cached\)/,
  );
});
