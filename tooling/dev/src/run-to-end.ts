import { spawn } from "node:child_process";
import { constants } from "node:os";

/** Runs a Node program to its end with this terminal; `stop` asks it to end. Answers its exit code. */
export const runToEnd = (
  program: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly stop: AbortSignal },
): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, program, {
      env: options.env,
      // A session of its own: Ctrl-C in the terminal reaches it once, through `stop`.
      detached: true,
      stdio: ["ignore", "inherit", "inherit"],
    });
    options.stop.addEventListener("abort", () => child.kill("SIGTERM"));
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
  });
