import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Whether this system tells what processes cost (proc(5)). */
const canTell = existsSync("/proc/self/task") && existsSync("/proc/self/schedstat");

/** Milliseconds of a processor that all threads of a process have used so far; undefined where nobody tells. */
export const cpuMsOf = (pid: number): number | undefined =>
  canTell ? threadsOf(pid).reduce((sum, thread) => sum + nanosecondsOf(thread), 0) / 1e6 : undefined;

/** The same of all its children, which for PostgreSQL are its connections and what works behind them. */
export const childrenCpuMsOf = (pid: number): number | undefined => {
  if (!canTell) return undefined;
  const children = read(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean);
  return children.reduce((sum, child) => sum + (cpuMsOf(Number(child)) ?? 0), 0);
};

/** Megabytes that a process holds in memory, now and at its peak; undefined where nobody tells. */
export const memoryMbOf = (pid: number): { readonly now: number; readonly peak: number } | undefined => {
  if (!canTell) return undefined;
  const status = read(`/proc/${pid}/status`);
  const of = (name: string) => Number(new RegExp(String.raw`^${name}:\s+(\d+) kB`, "m").exec(status)?.[1] ?? 0) / 1024;
  return { now: of("VmRSS"), peak: of("VmHWM") };
};

const threadsOf = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`);
  } catch {
    return [];
  }
};

const nanosecondsOf = (file: string): number => Number(read(file).split(" ")[0]);

/** A process may end while one looks. */
const read = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};
