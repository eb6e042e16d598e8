import { withClient } from "@severalty/postgres/with-client";
import type { Bench } from "../bench.ts";
import type { ContenderName } from "../contenders/contender-name.ts";
import type { Served } from "../contenders/serve.ts";
import { databases } from "../data/make-databases.ts";
import type { Load } from "../load/open-load.ts";
import { median } from "../load/statistics.ts";
import type { Workload } from "../load/workload.ts";
import type { Plan } from "../plan.ts";
import type { Wire } from "../wire/open-wire.ts";
import { jobOf } from "./job-of.ts";
import type { WorkloadResult } from "./peers-report.ts";
import { singleWorkloads } from "./single-workloads.ts";

type Wait = Pick<WorkloadResult, "p50Ms" | "p99Ms">;

/** How long one client waits while the database is at one distance. */
export interface Waits {
  readonly rttMs: number;
  /** What a query that does nothing takes over the wire: what the distance is worth. */
  readonly emptyMs: number;
  readonly of: ReadonlyMap<ContenderName, Partial<Record<Workload, Wait>>>;
}

/** The waits at each distance of the plan, with all servers in turn. */
export const measureLatency = async (
  bench: Bench,
  plan: Plan,
  served: readonly Served[],
  { load, wire }: { load: Load; wire: Wire },
): Promise<Waits[]> => {
  const all: Waits[] = [];
  for (const rttMs of plan.rtts) {
    await wire.setRtt(rttMs);
    const emptyMs = await emptyQueryMs(bench, wire);
    bench.say(`one client, ${rttMs} ms to the database (${emptyMs.toFixed(2)} ms for an empty query) …`);
    const waits = new Map<ContenderName, Partial<Record<Workload, Wait>>>(served.map(({ name }) => [name, {}]));
    for (const workload of plan.workloads)
      for (const [name, wait] of await waitsOf(plan, served, workload, load))
        waits.set(name, { ...waits.get(name), [workload]: wait });
    all.push({ rttMs, emptyMs, of: waits });
  }
  await wire.setRtt(0);
  return all;
};

const waitsOf = async (plan: Plan, served: readonly Served[], workload: Workload, load: Load) => {
  const rounds = served
    .filter((one) => singleWorkloads(plan, one).includes(workload))
    .map((one) => ({ one, p50Ms: [] as number[], p99Ms: [] as number[] }));
  for (let seed = 1; seed <= plan.latency.rounds; seed++)
    for (const { one, p50Ms, p99Ms } of rounds) {
      const job = jobOf(plan, one, workload, { connections: 1, durationMsMax: plan.latency.roundMs, seed });
      const result = await load.run(job);
      p50Ms.push(result.p50Ms);
      p99Ms.push(result.p99Ms);
    }
  return new Map(rounds.map(({ one, p50Ms, p99Ms }) => [one.name, { p50Ms: median(p50Ms), p99Ms: median(p99Ms) }]));
};

const emptyQueryMs = (bench: Bench, { port }: Wire): Promise<number> =>
  withClient(bench.url(databases.peers, undefined, port), async (client) => {
    const took: number[] = [];
    for (let query = 0; query < 200; query++) {
      const began = performance.now();
      await client.query("");
      took.push(performance.now() - began);
    }
    return median(took);
  });
