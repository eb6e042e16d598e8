import { withClient } from "@severalty/postgres/with-client";
import type { Bench } from "../bench.ts";
import { checkAnswers } from "../contenders/check-answers.ts";
import type { ContenderName } from "../contenders/contender-name.ts";
import { contenders } from "../contenders/contenders.ts";
import { installPeers } from "../contenders/install-peers.ts";
import { serve } from "../contenders/serve.ts";
import { databases, makeDatabases } from "../data/make-databases.ts";
import { type Load, openLoad } from "../load/open-load.ts";
import { median } from "../load/statistics.ts";
import type { Plan } from "../plan.ts";
import { openWire } from "../wire/open-wire.ts";
import { measureLoad } from "./measure-load.ts";
import { measureLatency, measureTrips } from "./measure-wire.ts";
import { openContenders } from "./open-contenders.ts";
import type { PeersReport } from "./peers-report.ts";
import { memoryMbOf } from "./process-cost.ts";
import { warmUp } from "./warm-up.ts";

/** Severalty and what people would use instead: the same documents, the same requests, on one PostgreSQL, in turn. */
export const measurePeers = async (bench: Bench, plan: Plan): Promise<PeersReport> => {
  if (plan.names.some((name) => name !== "severalty")) installPeers(bench.say);
  const { names, skipped } = hindered(plan.names, bench.say);
  await makeDatabases(bench, plan.world);
  await using load = openLoad();
  const starts = await measureStarts(bench, plan, names);
  const loaded = await measureDirect(bench, plan, names, load);
  const wired = await measureWired(bench, plan, names, load);
  return {
    world: plan.world,
    connections: plan.connections,
    rounds: plan.rounds,
    wire: wired.wire,
    skipped,
    contenders: names.map((name) => ({
      name,
      label: contenders[name].label,
      startMs: starts.get(name) ?? 0,
      warmUpRequests: loaded.memory.get(name)?.requests ?? 0,
      memoryMb: loaded.memory.get(name)?.warm,
      memoryPeakMb: loaded.memory.get(name)?.peak,
      workloads: loaded.results.get(name) ?? {},
      trips: wired.trips.get(name) ?? {},
      latency: wired.latency.get(name) ?? {},
    })),
  };
};

const hindered = (wanted: readonly ContenderName[], say: Bench["say"]) => {
  const reasons = wanted.map((name) => ({ name, reason: contenders[name].hindrance?.() }));
  const skipped = reasons.flatMap(({ name, reason }) => (reason === undefined ? [] : [{ name, reason }]));
  for (const { name, reason } of skipped) say(`${name} is left out: ${reason}`);
  return { skipped, names: wanted.filter((name) => !skipped.some((one) => one.name === name)) };
};

const measureStarts = async (bench: Bench, plan: Plan, names: readonly ContenderName[]) => {
  bench.say(`starting ${names.length} servers, ${plan.starts} times each …`);
  const starts = new Map<ContenderName, number[]>(names.map((name) => [name, []]));
  for (let start = 0; start < plan.starts; start++)
    for (const name of names) {
      const database = databases[contenders[name].serves];
      await using served = await serve(name, { bench, database, databasePort: bench.databasePort });
      starts.get(name)?.push(served.startMs);
    }
  return new Map([...starts].map(([name, all]) => [name, median(all)]));
};

const measureDirect = async (bench: Bench, plan: Plan, names: readonly ContenderName[], load: Load) => {
  await using running = await openContenders(bench, names, bench.databasePort);
  for (const { name, port } of running.served)
    await withClient(bench.url(databases[contenders[name].serves]), (admin) =>
      checkAnswers(name, port, admin, plan.world),
    );
  bench.say(`every answer is right; warming up with ${plan.warmUp.requests} requests each …`);
  const memory = new Map<ContenderName, { requests: number; warm?: number; peak?: number }>();
  for (const served of running.served) {
    const requests = await warmUp(load, plan, served);
    memory.set(served.name, { requests, ...warmOf(served.pid) });
  }
  const results = await measureLoad(bench, plan, running.served, load);
  for (const { name, pid } of running.served) Object.assign(memory.get(name) ?? {}, { peak: memoryMbOf(pid)?.peak });
  return { results, memory };
};

const warmOf = (pid: number) => {
  const memory = memoryMbOf(pid);
  return memory === undefined ? {} : { warm: memory.now };
};

const measureWired = async (bench: Bench, plan: Plan, names: readonly ContenderName[], load: Load) => {
  await using wire = await openWire(bench.databasePort);
  await using running = await openContenders(bench, names, wire.port);
  bench.say("counting round trips to the database …");
  for (const served of running.served) await warmUp(load, plan, served, Math.ceil(plan.warmUp.requests / 5));
  const trips = await measureTrips(plan, running.served, load, wire);
  return { trips, ...(await measureLatency(bench, plan, running.served, { load, wire })) };
};
