import { globSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** A task of a turbo run, as far as it is known afterwards. */
export interface TurboTask {
  readonly package: string;
  /** Folder of the package, relative to the repository. */
  readonly directory: string;
  readonly exitCode: number;
  readonly cached: boolean;
}

/** What `turbo run --summarize` writes, the parts that are read here. */
const RUN = z.object({
  tasks: z.array(
    z.object({
      task: z.string(),
      package: z.string(),
      directory: z.string(),
      command: z.string(),
      cache: z.object({ status: z.string() }),
      execution: z.object({ exitCode: z.number().nullish() }).nullish(),
    }),
  ),
});

/** Turbo's word for a package that has no such script. */
const NO_SCRIPT = "<NONEXISTENT>";

/** The summaries that lie in the repository, which `takeTurboTasks` tells from the new one. */
export const turboSummaries = (repository: string): ReadonlySet<string> =>
  new Set(globSync(".turbo/runs/*.json", { cwd: repository }));

/**
 * Reads and removes the summary that a run has added to `before`: the tasks of one name, of packages that have such a
 * script. A task that was never finished counts as failed. Empty when the run left no summary.
 */
export const takeTurboTasks = (repository: string, name: string, before: ReadonlySet<string>): readonly TurboTask[] => {
  const [file] = [...turboSummaries(repository)].filter((path) => !before.has(path));
  if (file === undefined) return [];
  const path = join(repository, file);
  const run = RUN.parse(JSON.parse(readFileSync(path, "utf8")));
  rmSync(path);
  return run.tasks
    .filter(({ task, command }) => task === name && command !== NO_SCRIPT)
    .map((task) => ({
      package: task.package,
      directory: task.directory,
      exitCode: task.execution?.exitCode ?? 1,
      cached: task.cache.status === "HIT",
    }));
};
