import { spawn } from "node:child_process";

/** Runs a Node program to its end with this terminal; `stop` asks it to end. Answers why it failed, or undefined. */
export const runToEnd = (
  program: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly stop: AbortSignal },
): Promise<string | undefined> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, program, {
      env: options.env,
      // A session of its own: Ctrl-C in the terminal reaches it once, through `stop`.
      detached: true,
      stdio: ["ignore", "inherit", "inherit"],
      signal: options.stop,
      killSignal: "SIGTERM",
    });
    child.once("error", (error) => {
      if (error.name !== "AbortError") resolve(error.message);
    });
    child.once("close", (code, signal) => resolve(code === 0 ? undefined : `it ended with ${signal ?? code}`));
  });
