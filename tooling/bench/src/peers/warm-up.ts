import type { Served } from "../contenders/serve.ts";
import type { Load } from "../load/open-load.ts";
import type { Plan } from "../plan.ts";
import { jobOf, offered } from "./job-of.ts";
import { memoryMbOf } from "./process-cost.ts";

/** Requests of W4 that a server was sent first, and what it held in memory after them, in megabytes. */
export interface Warm {
  readonly requests: number;
  readonly memoryMb: number | undefined;
}

/** Sends a server what it will be asked, W4 first, until its code is compiled as well as it ever will be, or a share of that. */
export const warmUp = async (load: Load, plan: Plan, served: Served, share = 1): Promise<Warm> => {
  const { requests, others, msMax } = plan.warmUp;
  const many = { requestsMax: Math.ceil(requests * share), durationMsMax: msMax };
  const few = { requestsMax: Math.ceil(others * share), durationMsMax: Math.min(msMax, 5_000) };
  const { requests: sent } = await load.run(jobOf(plan, served, "W4", many));
  const memoryMb = memoryMbOf(served.pid)?.now;
  for (const workload of offered(plan, served))
    if (workload !== "W4") await load.run(jobOf(plan, served, workload, few));
  return { requests: sent, memoryMb };
};
