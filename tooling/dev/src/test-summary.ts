import type { TestReport } from "./test-report.ts";

/** The test run of one package. */
export interface PackageRun {
  readonly name: string;
  /** Whether the result was taken from the cache instead of run again. */
  readonly cached: boolean;
  readonly report: TestReport;
}

/** What all packages came to. */
export interface TestSummary {
  /** A table, the skipped and failed tests by name, and `N passed, N failed` alone on the last line. */
  readonly text: string;
  /** True when something ran and nothing failed. */
  readonly ok: boolean;
}

/** Sums up the runs. */
export const summarize = (runs: readonly PackageRun[]): TestSummary => {
  const passed = sum(runs, ({ report }) => report.passed.length);
  const failed = sum(runs, ({ report }) => report.failed.length);
  const skipped = sum(runs, ({ report }) => report.skipped.length);
  const last = `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
  const nothing = passed + failed === 0 ? ["", "No test ran."] : [];
  const lines = [
    "",
    ...table(runs),
    ...list("Skipped", runs, "skipped"),
    ...list("Failed", runs, "failed"),
    ...nothing,
  ];
  return { text: [...lines, "", last].join("\n"), ok: failed === 0 && passed > 0 };
};

const sum = (runs: readonly PackageRun[], count: (run: PackageRun) => number) =>
  runs.reduce((total, run) => total + count(run), 0);

const table = (runs: readonly PackageRun[]): string[] => {
  const rows = runs.map(({ name, cached, report }) => [
    name,
    String(report.files),
    String(report.passed.length),
    String(report.failed.length),
    String(report.skipped.length),
    `${(report.durationMs / 1000).toFixed(1)} s${cached ? " (cached)" : ""}`,
  ]);
  const all = [["package", "files", "passed", "failed", "skipped", "time"], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === 5 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
};

const list = (title: string, runs: readonly PackageRun[], key: "skipped" | "failed"): string[] => {
  const lines = runs.flatMap(({ name, report }) => report[key].map((line) => `  ${name}: ${line}`));
  return lines.length === 0 ? [] : ["", `${title}:`, ...lines];
};
