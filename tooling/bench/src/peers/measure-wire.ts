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
import { jobOf, offered } from "./job-of.ts";
import type { ContenderResult } from "./peers-report.ts";

type Trips = Map<ContenderName, ContenderResult["trips"]>;
type Latencies = Map<ContenderName, Record<string, ContenderResult["latency"][string]>>;

/** Workloads that one request of one client is an example of. */
const single = (plan: Plan, served: Served): Workload[] =>
  offered(plan, served).filter((workload) => workload !== "W4");

/** Round trips to the database per request, of servers that reach it over the wire. Each has been warmed up. */
export const measureTrips = async (plan: Plan, served: readonly Served[], load: Load, wire: Wire): Promise<Trips> => {
  const trips: Trips = new Map();
  for (const one of served) {
    const perWorkload: Partial<Record<Workload, number>> = {};
    for (const workload of single(plan, one)) {
      const before = await wire.count();
      const job = jobOf(plan, one, workload, { connections: 1, requestsMax: plan.counted, durationMsMax: 10_000 });
      const { requests } = await load.run(job);
      perWorkload[workload] = ((await wire.count()) - before) / requests;
    }
    trips.set(one.name, perWorkload);
  }
  return trips;
};

/** How long one client waits, by how far the database is away. */
export const measureLatency = async (
  bench: Bench,
  plan: Plan,
  served: readonly Served[],
  { load, wire }: { load: Load; wire: Wire },
): Promise<{ latency: Latencies; wire: Record<string, number> }> => {
  const latency: Latencies = new Map(served.map(({ name }) => [name, {}]));
  const took: Record<string, number> = {};
  for (const rtt of plan.rtts) {
    await wire.setRtt(rtt);
    took[rtt] = await roundTripMs(bench, wire);
    bench.say(`one client, ${rtt} ms to the database (${took[rtt].toFixed(2)} ms for an empty query) …`);
    for (const one of served) latency.get(one.name)![rtt] = {};
    for (const workload of plan.workloads) {
      const able = served.filter((one) => single(plan, one).includes(workload));
      const rounds = new Map<ContenderName, { p50Ms: number; p99Ms: number }[]>(able.map(({ name }) => [name, []]));
      for (let seed = 1; seed <= plan.latency.rounds; seed++)
        for (const one of able) {
          const job = jobOf(plan, one, workload, { connections: 1, durationMsMax: plan.latency.roundMs, seed });
          rounds.get(one.name)?.push(await load.run(job));
        }
      for (const [name, all] of rounds)
        Object.assign(latency.get(name)?.[rtt] ?? {}, {
          [workload]: { p50Ms: median(all.map(({ p50Ms }) => p50Ms)), p99Ms: median(all.map(({ p99Ms }) => p99Ms)) },
        });
    }
  }
  await wire.setRtt(0);
  return { latency, wire: took };
};

/** What a query that does nothing takes over the wire: what the delay is worth. */
const roundTripMs = (bench: Bench, { port }: Wire): Promise<number> =>
  withClient(bench.url(databases.peers, undefined, port), async (client) => {
    const took: number[] = [];
    for (let query = 0; query < 200; query++) {
      const began = performance.now();
      await client.query("");
      took.push(performance.now() - began);
    }
    return median(took);
  });
