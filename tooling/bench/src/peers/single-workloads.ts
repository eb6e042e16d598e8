import type { Served } from "../contenders/serve.ts";
import type { Workload } from "../load/workload.ts";
import type { Plan } from "../plan.ts";
import { offered } from "./job-of.ts";

/** The workloads that a server offers and of which each request is like the other: not the mix. */
export const singleWorkloads = (plan: Plan, served: Pick<Served, "name">): Workload[] =>
  offered(plan, served).filter((workload) => workload !== "W4");
