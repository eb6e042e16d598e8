import type { ContenderName } from "../contenders/contender-name.ts";
import type { Served } from "../contenders/serve.ts";
import type { Load } from "../load/open-load.ts";
import type { Workload } from "../load/workload.ts";
import type { Plan } from "../plan.ts";
import type { Wire } from "../wire/open-wire.ts";
import { jobOf } from "./job-of.ts";
import type { ContenderResult } from "./peers-report.ts";
import { singleWorkloads } from "./single-workloads.ts";

/** Round trips to the database per request, of servers that reach it over the wire and have been warmed up. */
export const measureTrips = async (
  plan: Plan,
  served: readonly Served[],
  { load, wire }: { load: Load; wire: Wire },
): Promise<Map<ContenderName, ContenderResult["trips"]>> => {
  const trips = new Map<ContenderName, ContenderResult["trips"]>();
  for (const one of served) {
    const perWorkload: Partial<Record<Workload, number>> = {};
    for (const workload of singleWorkloads(plan, one)) {
      const before = await wire.count();
      const job = jobOf(plan, one, workload, { connections: 1, requestsMax: plan.counted, durationMsMax: 10_000 });
      const { requests } = await load.run(job);
      perWorkload[workload] = ((await wire.count()) - before) / requests;
    }
    trips.set(one.name, perWorkload);
  }
  return trips;
};
