import type { Served } from "../contenders/serve.ts";
import { contenders } from "../contenders/contenders.ts";
import type { LoadJob } from "../load/load-job.ts";
import { draw, type Workload } from "../load/workload.ts";
import type { Plan } from "../plan.ts";

/** A job for one server: as many requests as fit into the time, unless their number is given. */
export const jobOf = (
  plan: Plan,
  { name, port }: Served,
  workload: Workload,
  { connections = plan.connections, durationMsMax = plan.roundMs, requestsMax = 1_000_000, seed = 1 },
): LoadJob => ({
  contender: name,
  port,
  workload,
  connections,
  durationMsMax,
  requestsMax,
  seed,
  world: plan.world,
});

/** The workloads of the plan that a server's API has an idiom for. */
export const offered = ({ workloads, world }: Plan, { name }: Pick<Served, "name">): Workload[] =>
  workloads.filter((workload) => draw(workload, contenders[name].api, world, () => 0) !== undefined);
