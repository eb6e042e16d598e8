import type { Served } from "../contenders/serve.ts";
import type { Load } from "../load/open-load.ts";
import type { Plan } from "../plan.ts";
import { jobOf, offered } from "./job-of.ts";

/**
 * Sends a server what it will be asked, until its code is compiled as well as it ever will be, or a share of that. Answers how many requests
 * of W4 it was sent.
 */
export const warmUp = async (load: Load, plan: Plan, served: Served, share = 1): Promise<number> => {
  const { requests, others, msMax } = plan.warmUp;
  const many = { requestsMax: Math.ceil(requests * share), durationMsMax: msMax };
  const few = { requestsMax: Math.ceil(others * share), durationMsMax: Math.min(msMax, 5_000) };
  const { requests: sent } = await load.run(jobOf(plan, served, "W4", many));
  for (const workload of offered(plan, served))
    if (workload !== "W4") await load.run(jobOf(plan, served, workload, few));
  return sent;
};
