import type { Reporter, TestCase } from "vitest/node";

declare module "vitest" {
  interface TaskMeta {
    /** What a test gave as the reason when it skipped itself. */
    skipReason?: string;
  }
}

/**
 * Puts the reason of `context.skip(reason)` where vitest's JSON report shows it, which leaves the reason out.
 * The default export is how vitest takes a reporter from a file.
 * @public
 */
export default class SkipReasonReporter implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    if (result.state === "skipped" && result.note !== undefined) test.meta().skipReason = result.note;
  }
}
