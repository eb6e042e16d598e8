import type { Bench } from "../bench.ts";
import type { ContenderName } from "../contenders/contender-name.ts";
import type { Served } from "../contenders/serve.ts";
import type { Load } from "../load/open-load.ts";
import { median } from "../load/statistics.ts";
import type { Workload } from "../load/workload.ts";
import type { Plan } from "../plan.ts";
import { jobOf, offered } from "./job-of.ts";
import type { WorkloadResult } from "./peers-report.ts";
import { childrenCpuMsBetween, childrenCpuMsOf, cpuMsOf } from "./process-cost.ts";

type Results = Map<ContenderName, Partial<Record<Workload, WorkloadResult>>>;

/** How much each server can do: each in turn, workload by workload, round after round. */
export const measureLoad = async (
  bench: Bench,
  plan: Plan,
  served: readonly Served[],
  load: Load,
): Promise<Results> => {
  const results: Results = new Map();
  for (const workload of plan.workloads) {
    const rounds = served
      .filter((one) => offered(plan, one).includes(workload))
      .map((one) => ({ one, all: [] as WorkloadResult[] }));
    bench.say(`${workload}: ${plan.rounds} rounds of ${rounds.length} servers …`);
    for (let seed = 1; seed <= plan.rounds; seed++)
      for (const { one, all } of rounds) all.push(await measureOnce(bench, plan, { one, workload, seed }, load));
    for (const { one, all } of rounds) results.set(one.name, { ...results.get(one.name), [workload]: medians(all) });
  }
  return results;
};

const measureOnce = async (
  bench: Bench,
  plan: Plan,
  { one, workload, seed }: { one: Served; workload: Workload; seed: number },
  load: Load,
): Promise<WorkloadResult> => {
  // Pools close what idles for some seconds, and every other server's turn is longer: its connections are opened before the clock starts.
  await load.run(jobOf(plan, one, workload, { seed, requestsMax: plan.connections * 8, durationMsMax: plan.roundMs }));
  const [server, database] = [cpuMsOf(one.pid), childrenCpuMsOf(bench.databasePid)];
  const { requests, elapsedMs, p50Ms, p99Ms, cpuMs } = await load.run(jobOf(plan, one, workload, { seed }));
  const [serverAfter, databaseAfter] = [cpuMsOf(one.pid), childrenCpuMsOf(bench.databasePid)];
  return {
    p50Ms,
    p99Ms,
    perSecond: (requests / elapsedMs) * 1000,
    serverCpuMs: server === undefined || serverAfter === undefined ? undefined : (serverAfter - server) / requests,
    databaseCpuMs:
      database === undefined || databaseAfter === undefined
        ? undefined
        : childrenCpuMsBetween(database, databaseAfter) / requests,
    loadCpuMs: cpuMs,
  };
};

const medians = (rounds: readonly WorkloadResult[]): WorkloadResult => {
  const of = (key: keyof WorkloadResult) => {
    const values = rounds.map((round) => round[key]).filter((value) => value !== undefined);
    return values.length === 0 ? undefined : median(values);
  };
  return {
    p50Ms: of("p50Ms") ?? 0,
    p99Ms: of("p99Ms") ?? 0,
    perSecond: of("perSecond") ?? 0,
    serverCpuMs: of("serverCpuMs"),
    databaseCpuMs: of("databaseCpuMs"),
    loadCpuMs: of("loadCpuMs") ?? 0,
  };
};
