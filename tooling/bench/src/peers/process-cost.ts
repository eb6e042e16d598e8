import { existsSync, readFileSync } from "node:fs";

/** Whether this system tells what processes cost (proc(5)). */
const canTell = existsSync("/proc/self/schedstat");

/** A tick of a process's clock, in milliseconds: Linux tells every program 100 to the second. */
const tickMs = 10;

/** Milliseconds of a processor that a process has used so far, ended threads included; undefined where nobody tells. */
export const cpuMsOf = (pid: number): number | undefined => {
  if (!canTell) return undefined;
  // After the name, which may have spaces in it, user time is the twelfth field and system time the thirteenth.
  const [, user = 0, system = 0] = /\) (?:\S+ ){11}(\d+) (\d+)/.exec(read(`/proc/${pid}/stat`)) ?? [];
  return (Number(user) + Number(system)) * tickMs;
};

/** Milliseconds that each child of a process has used so far, by its id: for PostgreSQL its connections and what works behind them. */
export const childrenCpuMsOf = (pid: number): ReadonlyMap<string, number> | undefined => {
  if (!canTell) return undefined;
  const children = read(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean);
  return new Map(children.map((child) => [child, Number(read(`/proc/${child}/schedstat`).split(" ")[0]) / 1e6]));
};

/** What children used between two looks. One that has ended meanwhile, as idle connections do, takes with it what it used. */
export const childrenCpuMsBetween = (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number =>
  [...after].reduce((sum, [child, usedMs]) => sum + usedMs - (before.get(child) ?? 0), 0);

/** Megabytes that a process holds in memory, now and at its peak; undefined where nobody tells. */
export const memoryMbOf = (pid: number): { readonly now: number; readonly peak: number } | undefined => {
  if (!canTell) return undefined;
  const status = read(`/proc/${pid}/status`);
  const of = (name: string) => Number(new RegExp(String.raw`^${name}:\s+(\d+) kB`, "m").exec(status)?.[1] ?? 0) / 1024;
  return { now: of("VmRSS"), peak: of("VmHWM") };
};

/** A process may end while one looks. */
const read = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};
