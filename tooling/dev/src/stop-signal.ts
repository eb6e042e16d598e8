import { isAlive } from "@severalty/postgres/process-table";
import { launchersOf } from "./launchers.ts";

const LAUNCHERS_CHECK_MS = 1_000;

/**
 * Aborted by the first of Ctrl-C, SIGTERM, a closed terminal, and the end of the package manager that started this
 * process; later ones change nothing, because package managers hand on what the terminal has already sent. From then
 * on this process ends only by itself.
 */
export const stopSignal = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => controller.abort());
  const launchers = launchersOf(process.pid);
  const check = setInterval(() => {
    if (!launchers.every(isAlive)) controller.abort();
  }, LAUNCHERS_CHECK_MS);
  check.unref();
  // A terminal or pipe that is gone must not keep the rest from being stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  return controller.signal;
};
