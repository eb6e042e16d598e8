import { linkSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { commandLine, isAlive, parentOf, processesIn } from "./process-table.ts";

/** A live postmaster of a data folder. */
export interface Postmaster {
  readonly pid: number;
  /** 0 until it has opened its socket. */
  readonly port: number;
  readonly ready: boolean;
  /** The process that started it; undefined when that process has ended and the postmaster is an orphan. */
  readonly starter: number | undefined;
}

/** The setting that tells an orphan from a child: who started the postmaster. */
export const STARTER_SETTING = "severalty.starter";

/**
 * The postmaster that runs on a data folder, by its lock file (PostgreSQL manual 66.1, `postmaster.pid`).
 * A pid that now belongs to another program is not one.
 */
export const findPostmaster = (dataDir: string): Postmaster | undefined => {
  const [pidLine = "", , , port = "", , , , status = ""] = lockFile(dataDir)?.split("\n") ?? [];
  const pid = Number(pidLine);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const command = commandLine(pid);
  if (command === undefined || !command.includes(marker(dataDir))) return undefined;
  const parent = parentOf(pid);
  const starter = Number(new RegExp(`${STARTER_SETTING}=(\\d+)`).exec(command)?.[1]);
  return {
    pid,
    port: Number(port) || 0,
    ready: status.trim() === "ready",
    starter: parent === starter && isAlive(starter) ? starter : undefined,
  };
};

/** Ends a postmaster in order, by force after 10 s, and waits until it is gone. */
export const stopPostmaster = async (pid: number): Promise<void> => {
  // "Fast" rolls back and checkpoints, "immediate" leaves the rest to crash recovery (manual 18.5).
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    if (!isAlive(pid)) return;
    send(pid, signal);
    for (let waitedMs = 0; waitedMs < 10_000 && isAlive(pid); waitedMs += 20) await sleep(20);
  }
};

/**
 * Clears what a killed postmaster left: backends that still run, and a lock file whose pid another program has now.
 * PostgreSQL itself recognises every other stale lock file.
 */
export const clearRemains = (dataDir: string): void => {
  const seen = lockFile(dataDir);
  if (seen === undefined || findPostmaster(dataDir) !== undefined) return;
  for (const pid of processesIn(dataDir)) if (isOrphanedBackend(pid, dataDir)) send(pid, "SIGKILL");
  if (!isAlive(Math.abs(Number(seen.split("\n")[0])))) return;
  const file = join(dataDir, "postmaster.pid");
  const aside = `${dataDir}.stale-${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return; // another starter was quicker
  }
  try {
    if (readFileSync(aside, "utf8") !== seen) linkSync(aside, file);
  } catch {
    // The folder has a new lock file by now, of a third starter.
  } finally {
    rmSync(aside);
  }
};

/** In the command line of every postmaster of the folder. */
const marker = (dataDir: string) => `-D ${dataDir} `;

const isOrphanedBackend = (pid: number, dataDir: string) =>
  commandLine(pid)?.startsWith("postgres:") === true &&
  commandLine(parentOf(pid) ?? 0)?.includes(marker(dataDir)) !== true;

const lockFile = (dataDir: string): string | undefined => {
  try {
    return readFileSync(join(dataDir, "postmaster.pid"), "utf8");
  } catch {
    return undefined;
  }
};

const send = (pid: number, signal: NodeJS.Signals) => {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
};
