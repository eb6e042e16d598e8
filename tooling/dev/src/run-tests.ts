import { spawn } from "node:child_process";
import { globSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, constants } from "node:os";
import { join } from "node:path";
import { killWhenOrphaned } from "@severalty/postgres/kill-when-orphaned";
import { testCluster } from "@severalty/postgres/test-cluster";
import { withClient } from "@severalty/postgres/with-client";
import { readIfPresent } from "./private-file.ts";
import { requirementFaults } from "./requirements.ts";
import { readTestReport } from "./test-report.ts";
import { type PackageRun, summarize } from "./test-summary.ts";
import { takeTurboTasks, turboSummaries } from "./turbo-run.ts";

/** What to test and how. */
export interface TestOptions {
  readonly repository: string;
  /** Arguments for turbo, and after `--` for vitest. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly stop: AbortSignal;
  readonly say: (text: string) => void;
}

/** Where each package's vitest leaves its report, relative to the package; an output of turbo's task. */
const REPORT = ".turbo/vitest.json";

/**
 * Runs the tests of all packages on one PostgreSQL and sums up what they report. Answers the exit code: 0 only when
 * something ran, nothing failed, and each package that has tests left its report.
 */
export const runTests = async (options: TestOptions): Promise<number> => {
  const { repository, args, env, stop, say } = options;
  await using cluster = await testCluster();
  const version = await serverVersion(cluster.url);
  say(`Testing on PostgreSQL ${version}`);
  for (const old of globSync(`*/*/${REPORT}`, { cwd: repository })) rmSync(join(repository, old));
  const before = turboSummaries(repository);
  const exitCode = await runTurbo(
    { ...env, TEST_DATABASE_URL: cluster.url, TEST_POSTGRES_VERSION: version, TURBO_TELEMETRY_DISABLED: "1" },
    { repository, args, stop },
  );
  const tasks = takeTurboTasks(repository, "test", before);
  const runs = tasks.map((task): PackageRun => {
    const text = readIfPresent(join(repository, task.directory, REPORT));
    return { name: task.package, cached: task.cached, report: readTestReport(text, task.exitCode) };
  });
  if (args.every((arg) => arg === "--force")) runs.push(requirementsRun(repository, runs));
  const summary = summarize(runs.toSorted((one, other) => one.name.localeCompare(other.name)));
  say(summary.text);
  if (stop.aborted) return exitCode || 128 + constants.signals.SIGINT;
  return summary.ok ? exitCode : exitCode || 1;
};

/** The table of requirements as a run of its own; only a whole run has every test that it names. */
const requirementsRun = (repository: string, runs: readonly PackageRun[]): PackageRun => {
  const name = "docs/requirements.md";
  const passed = new Set(runs.flatMap(({ report }) => report.passed));
  const failed = requirementFaults(readFileSync(join(repository, name), "utf8"), passed);
  const held = failed.length === 0 ? ["every requirement is listed, and each test named there passed"] : [];
  return { name, cached: false, report: { files: 1, passed: held, failed, skipped: [], durationMs: 0 } };
};

const serverVersion = async (url: string): Promise<string> => {
  const sql = "select current_setting('server_version') as version";
  const ask = withClient(url, (client) => client.query<{ version: string }>(sql));
  const { rows } = await ask.catch((cause: unknown) => {
    throw new Error(`the PostgreSQL for tests (TEST_DATABASE_URL, if set) refuses: ${String(cause)}`, { cause });
  });
  return rows[0]?.version ?? "unknown";
};

const runTurbo = (
  env: NodeJS.ProcessEnv,
  options: Pick<TestOptions, "repository" | "args" | "stop">,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const turbo = spawn(join(options.repository, "node_modules/.bin/turbo"), turboArgs(options.args), {
      cwd: options.repository,
      env,
      // A session of its own: Ctrl-C in the terminal reaches it once, through `stop`.
      detached: true,
      stdio: ["ignore", "inherit", "inherit"],
    });
    const release = killWhenOrphaned(turbo.pid, "SIGTERM");
    options.stop.addEventListener("abort", () => turbo.kill("SIGINT"));
    turbo.once("error", reject);
    turbo.once("exit", (code, signal) => {
      release();
      resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]);
    });
  });

/** vitest keeps most cores busy by itself: a few packages side by side fill the gaps. */
const concurrency = () => Math.min(4, Math.max(2, Math.floor(availableParallelism() / 2)));

const VITEST_ARGS = [
  "--reporter=default",
  "--reporter=../../tooling/dev/src/skip-reason-reporter.ts",
  "--reporter=json",
  `--outputFile.json=${REPORT}`,
];

const turboArgs = (args: readonly string[]): string[] => {
  const split = args.indexOf("--");
  const forTurbo = split < 0 ? args : args.slice(0, split);
  const forVitest = split < 0 ? [] : args.slice(split + 1);
  const own = ["--continue=always", "--summarize", "--output-logs=new-only", `--concurrency=${concurrency()}`];
  // Turbo takes no option twice: what the user gives replaces what is usual here.
  const given = new Set(forTurbo.map(optionName));
  const usual = own.filter((option) => !given.has(optionName(option)));
  return ["run", "test", ...usual, ...forTurbo, "--", ...VITEST_ARGS, ...forVitest];
};

const optionName = (option: string) => option.split("=")[0];
