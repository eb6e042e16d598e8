import { spawn } from "node:child_process";
import { Socket } from "node:net";

/** Lets go of the process, which may then outlive this one. */
export type Release = () => void;

/**
 * Sends `signal` to `pid`, or to what is left of its process group, when this process ends in any way, kill -9
 * included, and then removes `leftovers`.
 * A shell of its own session waits for the end of a pipe that only this process holds open.
 */
export const killWhenOrphaned = (
  pid: number | undefined,
  signal: NodeJS.Signals,
  leftovers: readonly string[] = [],
): Release => {
  if (pid === undefined) return () => undefined; // it could not be spawned
  const wait = leftovers.length === 0 ? "" : '; while kill -0 "$pid"; do sleep 0.1; done; rm -rf "$@"';
  const name = signal.replace("SIG", "");
  const script = `pid=$1; shift; cat; kill -${name} "$pid" || kill -${name} -- "-$pid"${wait}`;
  const guard = spawn("sh", ["-c", `{ ${script}; } >/dev/null 2>&1`, "sh", String(pid), ...leftovers], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.on("error", () => undefined);
  guard.stdin.on("error", () => undefined);
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  return () => {
    if (guard.pid === undefined || guard.exitCode !== null) return;
    try {
      process.kill(-guard.pid, "SIGKILL");
    } catch {
      // It is gone already.
    }
  };
};
