import type { Served } from "../contenders/serve.ts";
import type { Load } from "../load/open-load.ts";
import type { Plan } from "../plan.ts";
import { jobOf, offered } from "./job-of.ts";

/** Sends a server what it will be asked, until its code is compiled as well as it ever will be. Answers how many requests of W4 it was sent. */
export const warmUp = async (
  load: Load,
  plan: Plan,
  served: Served,
  requests = plan.warmUp.requests,
): Promise<number> => {
  const { others, msMax } = plan.warmUp;
  const few = { requestsMax: Math.min(others, requests), durationMsMax: Math.min(msMax, 5_000) };
  const { requests: sent } = await load.run(jobOf(plan, served, "W4", { requestsMax: requests, durationMsMax: msMax }));
  for (const workload of offered(plan, served))
    if (workload !== "W4") await load.run(jobOf(plan, served, workload, few));
  return sent;
};
