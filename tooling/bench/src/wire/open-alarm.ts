import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Alarm } from "./delay-line.ts";

/**
 * An alarm finer than a timer, whose grain is a millisecond: a thread sleeps on shared memory while this one reads its sockets. The thread
 * ends with the process.
 */
export const openAlarm = (): Alarm => {
  const microseconds = new Int32Array(new SharedArrayBuffer(4));
  const sleeper = new Worker(join(import.meta.dirname, "alarm-thread.ts"), { workerData: microseconds });
  let ring: (() => void) | undefined;
  sleeper.on("message", () => ring?.());
  return (afterMs, callback) => {
    ring = callback;
    Atomics.store(microseconds, 0, Math.max(1, Math.round(afterMs * 1000)));
    Atomics.notify(microseconds, 0);
  };
};
