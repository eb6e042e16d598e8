import { spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { accountFor } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { killWhenOrphaned, type Release } from "./kill-when-orphaned.ts";
import { findPostmaster, STARTER_SETTING } from "./postmaster.ts";
import { programEnv } from "./run-program.ts";
import { settingsFor } from "./settings.ts";

/** What to start. */
export interface LaunchOptions {
  readonly binaries: Binaries;
  readonly dataDir: string;
  readonly port: number;
  readonly ephemeral: boolean;
  /** What goes with it when this process ends before it. */
  readonly leftovers: readonly string[];
}

/** A postmaster that accepts connections and is a child of this process. */
export interface Launched {
  readonly pid: number;
  /** Settles with the reason when it has ended; does not keep this process alive. */
  readonly exited: Promise<string>;
  /** From now on its end is waited for before this process ends. */
  readonly hold: () => void;
  /** Lets it outlive this process, which ends it otherwise, however it ends. */
  readonly release: Release;
}

/** Why a postmaster did not start, when that can be mended. */
export type Refusal = "port taken" | "already running" | "remains in use";

/** Starting may include crash recovery, so the limit is generous: 2 minutes, in milliseconds. */
const READY_WITHIN_MS = 120_000;

/** Starts a postmaster and waits until it is ready. Throws, with the end of its log, when it gives up for another reason. */
export const launchPostmaster = async (options: LaunchOptions): Promise<Launched | Refusal> => {
  const { dataDir, port } = options;
  const log = `${dataDir}.log`;
  rotate(log);
  const descriptor = openSync(log, "a", 0o600);
  const logStart = fstatSync(descriptor).size;
  const settings = { ...settingsFor(options), port: String(port), [STARTER_SETTING]: String(process.pid) };
  const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const command = accountFor(dataDir, options.binaries).command(options.binaries.postgres, ["-D", dataDir, ...args]);
  // A session of its own: Ctrl-C in the terminal must not stop the server before its clients.
  const stdio = ["ignore" as const, descriptor, descriptor];
  const child = spawn(...command, { cwd: "/", env: programEnv(), detached: true, stdio });
  // From the first moment: what recovers or starts for long is an orphan like another.
  const release = killWhenOrphaned(child.pid, "SIGINT", options.leftovers);
  closeSync(descriptor);
  child.unref();

  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(`exit ${signal ?? code}, see ${log}`));
  });
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const end = await Promise.race([exited, sleep(15)]);
    if (end !== undefined) {
      release();
      return refusal(end, readFileSync(log).subarray(logStart).toString());
    }
    const found = findPostmaster(dataDir);
    if (child.pid !== undefined && found?.pid === child.pid && found.ready) {
      return { pid: child.pid, exited, hold: () => child.ref(), release };
    }
    if (Date.now() > until) child.kill("SIGQUIT");
  }
};

const refusal = (end: string, written: string): Refusal => {
  const known = REFUSALS.find(([pattern]) => pattern.test(written))?.[1];
  if (known !== undefined) return known;
  throw new Error(`PostgreSQL did not start: ${end}\n${written.trim().split("\n").slice(-15).join("\n")}`);
};

const REFUSALS: readonly (readonly [RegExp, Refusal])[] = [
  [/lock file "postmaster\.pid" already exists/, "already running"],
  [/pre-existing shared memory block|lock file "postmaster\.pid" is empty/, "remains in use"],
  [/could not create any TCP\/IP sockets|could not bind IPv4/, "port taken"],
];

/** Keeps one older log beside a new one. */
const rotate = (log: string) => {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_SIZE_BYTES_MAX) renameSync(log, `${log}.1`);
};

const LOG_SIZE_BYTES_MAX = 5_000_000;
