import { parentPort, workerData } from "node:worker_threads";

// Sleeps as long as it is told in shared memory, and says when it has.
const microseconds = workerData as Int32Array<SharedArrayBuffer>;
const never = new Int32Array(new SharedArrayBuffer(4));

for (;;) {
  Atomics.wait(microseconds, 0, 0);
  const sleepMs = Atomics.exchange(microseconds, 0, 0) / 1000;
  Atomics.wait(never, 0, 0, sleepMs);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  parentPort?.postMessage(undefined);
}
