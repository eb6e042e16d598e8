import { execFile } from "node:child_process";
import { join } from "node:path";

/** What a finished run left. */
export interface FinishedRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the example as a user does: a program with arguments and an environment. */
export const runExample = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<FinishedRun> => {
  const { INIT_CWD: _, SEVERALTY_URL: __, PORT: ___, ...own } = process.env;
  const program = join(import.meta.dirname, "../src/main.ts");
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env: { ...own, ...env } }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
};
