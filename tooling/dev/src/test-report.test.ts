import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTestReport } from "./test-report.ts";

/** Written by vitest 5.1: one test passed, one failed, three skipped in three ways, and a file that throws on import. */
const REAL_REPORT = readFileSync(join(import.meta.dirname, "../test/fixtures/vitest-report.json"), "utf8");

const passing = JSON.stringify({
  startTime: 1000,
  testResults: [
    {
      name: "/a.test.ts",
      status: "passed",
      message: "",
      endTime: 3500,
      assertionResults: [{ ancestorTitles: [], title: "one", status: "passed" }],
    },
  ],
});

test("a real report tells what passed, what failed and what was skipped, by name and with the reason", () => {
  expect(readTestReport(REAL_REPORT, 1)).toMatchObject({
    files: 2,
    passed: ["top"],
    failed: [
      "group > in\n    AssertionError: expected 1 to be 2 // Object.is equality",
      "/repository/packages/example/src/b.test.ts: broken",
    ],
    skipped: ["group > sk", "group > ctx (because)", "group > later (todo)"],
  });
});

test("a failed test is told with how it failed, at most 25 lines of it", () => {
  const stack = Array.from({ length: 40 }, (_, line) => `at line ${line}`);
  const failed = { ancestorTitles: [], title: "one", status: "failed", failureMessages: [stack.join("\n"), "second"] };
  const report = JSON.stringify({
    startTime: 0,
    testResults: [{ name: "/a.test.ts", status: "failed", message: "", endTime: 1, assertionResults: [failed] }],
  });
  const told = stack.slice(0, 25).map((line) => `\n    ${line}`);
  expect(readTestReport(report, 1).failed).toEqual([`one${told.join("")}`]);
});

test("the duration is that of the whole run", () => {
  expect(readTestReport(passing, 0)).toEqual({ files: 1, passed: ["one"], failed: [], skipped: [], durationMs: 2500 });
});

test("a run that fails although every test passed is a failure", () => {
  expect(readTestReport(passing, 1).failed).toEqual(["the run failed outside of its tests (exit code 1)"]);
});

test("a package that tests nothing is a failure", () => {
  expect(readTestReport(JSON.stringify({ startTime: 0, testResults: [] }), 0).failed).toEqual([
    "has a test script but no test file was run",
  ]);
});

test("a report that is missing or broken is a failure", () => {
  expect(readTestReport(undefined, 0).failed).toEqual(["left no report (exit code 0)"]);
  expect(readTestReport("{", 0).failed).toEqual(["left a report that cannot be read"]);
  expect(readTestReport("{}", 0).failed).toEqual(["left a report that cannot be read"]);
});
