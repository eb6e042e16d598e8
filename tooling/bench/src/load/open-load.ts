import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { LoadJob, LoadResult } from "./load-job.ts";

/** A load generator in a process of its own, so that neither what it measures with nor the bench slows the other. */
export interface Load extends AsyncDisposable {
  run(job: LoadJob): Promise<LoadResult>;
}

/** Starts it; it ends with this process. */
export const openLoad = (): Load => {
  const child = fork(join(import.meta.dirname, "load-process.ts"), { serialization: "advanced" });
  const ended = once(child, "exit");
  return {
    run: async (job) => {
      child.send(job);
      const [reply] = (await Promise.race([
        once(child, "message"),
        ended.then(() => [{ failure: "the load generator ended" }]),
      ])) as [{ result: LoadResult } | { failure: string }];
      if ("failure" in reply) throw new Error(reply.failure);
      return reply.result;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
};
