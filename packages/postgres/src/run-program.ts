import { spawn } from "node:child_process";
import { basename } from "node:path";

/** The environment of every PostgreSQL program: messages in English, because some are recognised, and times in UTC. */
export const programEnv = (): NodeJS.ProcessEnv => ({ PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" });

/** Runs a program to its end, with `input` on its standard input. Throws with what it printed when it fails. */
export const runProgram = (program: string, args: readonly string[], input = ""): Promise<void> =>
  new Promise((resolve, reject) => {
    // A session of its own: Ctrl-C in the terminal is for whoever waits here.
    const child = spawn(program, args, { cwd: "/", env: programEnv(), detached: true });
    let printed = "";
    child.stdout.on("data", (text: Buffer) => (printed += text.toString()));
    child.stderr.on("data", (text: Buffer) => (printed += text.toString()));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) return resolve();
      reject(new Error(`${basename(program)} failed (${signal ?? code}): ${printed.trim()}`));
    });
  });
