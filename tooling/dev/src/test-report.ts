import { z } from "zod";

/** What one package's test run came to. */
export interface TestReport {
  readonly files: number;
  /** The title of each passed test, without those of the groups it stands in. */
  readonly passed: readonly string[];
  /**
   * An entry for each failed test, and for each file or run that failed outside of its tests: a line that names it, and
   * below it, further in, how it failed.
   */
  readonly failed: readonly string[];
  /** One line for each skipped test, with the reason where there is one. */
  readonly skipped: readonly string[];
  readonly durationMs: number;
}

/** What the parts of vitest's JSON report mean that are read here. */
const JSON_REPORT = z.object({
  startTime: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.enum(["passed", "failed"]),
      message: z.string(),
      endTime: z.number(),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.enum(["passed", "failed", "skipped", "pending", "todo"]),
          failureMessages: z.array(z.string()).optional(),
          meta: z.object({ skipReason: z.string().optional() }).optional(),
        }),
      ),
    }),
  ),
});

type FileResult = z.infer<typeof JSON_REPORT>["testResults"][number];
type CaseResult = FileResult["assertionResults"][number];

/**
 * Reads vitest's JSON report of a run that ended with `exitCode`. A file that could not run, and a run that failed
 * although all of its tests passed (an error after a test, a failed setup), count as one failure each. An absent report
 * is a failure, and so is one that cannot be read or tells of no file.
 */
export const readTestReport = (text: string | undefined, exitCode: number): TestReport => {
  if (text === undefined) return failedOutside(`left no report (exit code ${exitCode})`);
  const parsed = JSON_REPORT.safeParse(parseJson(text));
  if (!parsed.success) return failedOutside("left a report that cannot be read");
  const { startTime, testResults: files } = parsed.data;
  if (files.length === 0) return failedOutside("has a test script but no test file was run");
  const failed = files.flatMap(failuresOf);
  if (exitCode !== 0 && failed.length === 0) failed.push(`the run failed outside of its tests (exit code ${exitCode})`);
  return {
    files: files.length,
    passed: casesOf(files, "passed").map(({ title }) => title),
    failed,
    skipped: casesOf(files, "skipped", "pending", "todo").map(skipLine),
    durationMs: Math.max(0, ...files.map((file) => file.endTime - startTime)),
  };
};

const failuresOf = (file: FileResult): string[] => {
  const failed = casesOf([file], "failed").map((failure) => [nameOf(failure), ...reasonOf(failure)].join("\n"));
  if (file.status === "passed" || failed.length > 0) return failed;
  return [`${file.name}: ${file.message.split("\n")[0] || "the file failed outside of its tests"}`];
};

/** As many lines as hold a message with the values compared and the line of the test that it came from. */
const REASON_LINES = 25;

const reasonOf = ({ failureMessages = [] }: CaseResult): string[] => {
  const lines = failureMessages.flatMap((message) => message.split("\n"));
  return lines.slice(0, REASON_LINES).map((line) => `    ${line}`);
};

const casesOf = (files: readonly FileResult[], ...statuses: CaseResult["status"][]) =>
  files.flatMap((file) => file.assertionResults).filter(({ status }) => statuses.includes(status));

const nameOf = ({ ancestorTitles, title }: CaseResult) => [...ancestorTitles, title].join(" > ");

const skipLine = (skipped: CaseResult) => {
  const reason = skipped.meta?.skipReason ?? (skipped.status === "todo" ? "todo" : undefined);
  return reason === undefined ? nameOf(skipped) : `${nameOf(skipped)} (${reason})`;
};

const failedOutside = (line: string): TestReport => ({
  files: 0,
  passed: [],
  failed: [line],
  skipped: [],
  durationMs: 0,
});

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
