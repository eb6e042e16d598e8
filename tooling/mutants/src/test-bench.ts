import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { createVitest, type Vitest } from "vitest/node";
import type { Edit } from "./mutant.ts";
import { edited } from "./source.ts";

/** What failed first, by file and title. */
export interface Failure {
  readonly file: string;
  readonly title: string;
  readonly message: string;
}

/** The tests of the packages, kept ready to be run again and again on code that is edited in memory. */
export interface TestBench extends AsyncDisposable {
  /** Absolute. */
  readonly files: readonly string[];
  /** From now on; none restores the code as it is on disk. */
  edit(edits: readonly Edit[]): void;
  /** Of now on, the database that each test database is a clone of. */
  useTemplate(name: string): void;
  /** Runs files (relative to the repository), as far as the first failure. */
  run(files: readonly string[], pattern?: RegExp): Promise<Failure | undefined>;
}

/** Tests of one package; what its own configuration says besides is repeated here, because projects do not nest. */
const projects = [
  { name: "domain", include: ["src/**/*.test.ts"] },
  { name: "auth", include: ["src/**/*.test.ts"], exclude: ["src/password-queue.test.ts"] },
  { name: "db", include: ["{src,test}/**/*.test.ts"], setup: "packages/db/src/testing/global-setup.ts" },
  { name: "api", include: ["{src,test}/**/*.test.ts"], setup: "packages/db/src/testing/global-setup.ts" },
];

/** Opens the tests on the server that TEST_DATABASE_URL names. One worker at a time. */
export const openTestBench = async (repository: string): Promise<TestBench> => {
  let texts = new Map<string, string>();
  const plugin = {
    name: "severalty-mutant",
    enforce: "pre" as const,
    load: (id: string) => texts.get(id.split("?")[0] ?? id) ?? null,
  };
  const failures: Failure[] = [];
  const vitest = await start(repository, plugin, failures);
  const specs = new Map(
    (await vitest.globTestSpecifications()).map((spec) => [relative(repository, spec.moduleId), spec]),
  );
  return {
    files: [...specs.values()].map(({ moduleId }) => moduleId),
    edit: (edits) => {
      const before = texts;
      texts = new Map(
        Object.entries(Object.groupBy(edits, ({ file }) => join(repository, file))).map(([path, changes = []]) => [
          path,
          edited(readFileSync(path, "utf8"), changes),
        ]),
      );
      for (const path of new Set([...before.keys(), ...texts.keys()])) vitest.invalidateFile(path);
    },
    useTemplate: (name) => {
      for (const project of vitest.projects) project.provide("template" as never, name as never);
    },
    run: async (files, pattern) => {
      failures.length = 0;
      if (pattern === undefined) vitest.resetGlobalTestNamePattern();
      else vitest.setGlobalTestNamePattern(pattern);
      const chosen = files.flatMap((file) => specs.get(file) ?? []);
      const { unhandledErrors } = await vitest.runTestSpecifications(chosen, false);
      const [error] = unhandledErrors;
      if (failures[0] === undefined && error !== undefined)
        failures.push({
          file: files[0] ?? "",
          title: "an error that nothing handled",
          message: error instanceof Error ? error.message : "",
        });
      return failures[0];
    },
    [Symbol.asyncDispose]: () => vitest.close(),
  };
};

const start = (repository: string, plugin: object, failures: Failure[]): Promise<Vitest> => {
  const fail = (path: string, title: string, message: unknown) =>
    failures.push({ file: relative(repository, path), title, message: String(message).slice(0, 200) });
  const reporter = {
    onTestCaseResult: (test: {
      module: { moduleId: string };
      fullName: string;
      result(): { state: string; errors?: readonly { message: string }[] };
    }) => {
      const { state, errors } = test.result();
      if (state === "failed") fail(test.module.moduleId, test.fullName, errors?.[0]?.message);
    },
    onTestSuiteResult: (suite: {
      module: { moduleId: string };
      fullName: string;
      errors(): readonly { message: string }[];
    }) => {
      const [error] = suite.errors();
      if (error !== undefined) fail(suite.module.moduleId, `before ${suite.fullName}`, error.message);
    },
    onTestModuleEnd: (module: { moduleId: string; errors(): readonly { message: string }[] }) => {
      const [error] = module.errors();
      if (error !== undefined) fail(module.moduleId, "before its tests", error.message);
    },
  };
  const project = ({ name, include, exclude = [], setup }: (typeof projects)[number]) => ({
    root: join(repository, "packages", name),
    plugins: [plugin],
    test: {
      name,
      include,
      exclude,
      isolate: false,
      testTimeout: 60_000,
      fsModuleCache: false,
      ...(setup === undefined ? {} : { globalSetup: join(repository, setup) }),
    },
  });
  const options = {
    root: repository,
    config: false,
    watch: false,
    bail: 1,
    maxWorkers: 1,
    fsModuleCache: false,
    reporters: [reporter],
  };
  class AsGiven {
    sort<Files>(files: Files): Files {
      return files;
    }
    shard<Files>(files: Files): Files {
      return files;
    }
  }
  return createVitest(
    "test",
    { ...options, sequence: { sequencer: AsGiven } } as never,
    { test: { projects: projects.map(project) } } as never,
  );
};
