import { spawn } from "node:child_process";
import { basename } from "node:path";
import { killWhenOrphaned } from "./kill-when-orphaned.ts";

/** The environment of every PostgreSQL program: messages in English, because some are recognised, and times in UTC. */
export const programEnv = (): NodeJS.ProcessEnv => ({ PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" });

/** What a program is given, and what to remove when this process is killed while it runs. */
export interface RunOptions {
  readonly input?: string;
  readonly leftovers?: readonly string[];
}

/** Runs a program to its end. Throws with what it printed when it fails. */
export const runProgram = (program: string, args: readonly string[], options: RunOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    // A session of its own: Ctrl-C in the terminal is for whoever waits here.
    const child = spawn(program, args, { cwd: "/", env: programEnv(), detached: true });
    const release = killWhenOrphaned(child.pid, "SIGTERM", options.leftovers);
    let printed = "";
    child.stdout.on("data", (text: Buffer) => (printed += text.toString()));
    child.stderr.on("data", (text: Buffer) => (printed += text.toString()));
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input);
    child.once("error", (error) => {
      release();
      reject(error);
    });
    child.once("close", (code, signal) => {
      release();
      if (code === 0) return resolve();
      reject(new Error(`${basename(program)} failed (${signal ?? code}): ${printed.trim()}`));
    });
  });
