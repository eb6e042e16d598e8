import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Linux has /proc; elsewhere `ps` answers. */
const HAS_PROC = existsSync("/proc/self/stat");

/** The arguments of a process, or undefined when it is gone (a zombie counts as gone). */
export const commandLine = (pid: number): string | undefined => {
  if (!HAS_PROC) return ps(pid, "args");
  const line = attempt(() => readFileSync(`/proc/${pid}/cmdline`, "utf8"));
  return line === undefined || line === "" ? undefined : line.replaceAll("\0", " ").trimEnd();
};

/** The parent of a process, or undefined when the process is gone. */
export const parentOf = (pid: number): number | undefined => {
  if (!HAS_PROC) return Number(ps(pid, "ppid")) || undefined;
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // Field 4; field 2 is the name in brackets and may contain anything.
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
};

/** Whether a process exists and is not a zombie. */
export const isAlive = (pid: number): boolean => commandLine(pid) !== undefined;

/** The processes whose working directory is `folder`; empty where the system does not tell. */
export const processesIn = (folder: string): number[] => {
  if (!HAS_PROC) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && attempt(() => readlinkSync(`/proc/${name}/cwd`)) === folder)
    .map(Number);
};

const ps = (pid: number, column: string): string | undefined => {
  const { stdout } = spawnSync("ps", ["-ww", "-o", `stat=,${column}=`, "-p", String(pid)], { encoding: "utf8" });
  const [, state, value] = /^\s*(\S+)\s+(.*?)\s*$/.exec(stdout ?? "") ?? [];
  return state === undefined || state.startsWith("Z") ? undefined : value;
};

const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};
