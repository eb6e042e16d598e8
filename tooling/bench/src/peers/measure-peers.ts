import { withClient } from "@severalty/postgres/with-client";
import type { Bench } from "../bench.ts";
import { checkAnswers } from "../contenders/check-answers.ts";
import type { ContenderName } from "../contenders/contender-name.ts";
import { contenders } from "../contenders/contenders.ts";
import { installPeers } from "../contenders/install-peers.ts";
import { databases, makeDatabases } from "../data/make-databases.ts";
import { type Load, openLoad } from "../load/open-load.ts";
import type { Plan } from "../plan.ts";
import { openWire } from "../wire/open-wire.ts";
import { measureLatency } from "./measure-latency.ts";
import { measureLoad } from "./measure-load.ts";
import { measureTrips } from "./measure-trips.ts";
import { measureStarts } from "./measure-starts.ts";
import { openContenders } from "./open-contenders.ts";
import type { PeersReport } from "./peers-report.ts";
import { memoryMbOf } from "./process-cost.ts";
import { type Warm, warmUp } from "./warm-up.ts";

/** Severalty and what people would use instead: the same documents, the same requests, on one PostgreSQL, in turn. */
export const measurePeers = async (bench: Bench, plan: Plan): Promise<PeersReport> => {
  if (plan.names.some((name) => name !== "severalty")) installPeers(bench.say);
  const { names, skipped } = hindered(plan.names, bench.say);
  await makeDatabases(bench, plan.world);
  await using load = openLoad();
  const loaded = await measureDirect(bench, plan, names, load);
  const wired = await measureWired(bench, plan, names, load);
  return {
    world: plan.world,
    connections: plan.connections,
    rounds: plan.rounds,
    wire: Object.fromEntries(wired.waits.map(({ rttMs, emptyMs }) => [rttMs, emptyMs])),
    skipped,
    contenders: names.map((name) => ({
      name,
      label: contenders[name].label,
      startMs: loaded.starts.get(name) ?? 0,
      warmUpRequests: loaded.warm.get(name)?.requests ?? 0,
      memoryMb: loaded.warm.get(name)?.memoryMb,
      memoryPeakMb: loaded.peaks.get(name),
      workloads: loaded.results.get(name) ?? {},
      trips: wired.trips.get(name) ?? {},
      latency: Object.fromEntries(wired.waits.map(({ rttMs, of }) => [rttMs, of.get(name) ?? {}])),
    })),
  };
};

const hindered = (wanted: readonly ContenderName[], say: Bench["say"]) => {
  const reasons = wanted.map((name) => ({ name, reason: contenders[name].hindrance?.() }));
  const skipped = reasons.flatMap(({ name, reason }) => (reason === undefined ? [] : [{ name, reason }]));
  for (const { name, reason } of skipped) say(`${name} is left out: ${reason}`);
  return { skipped, names: wanted.filter((name) => !skipped.some((one) => one.name === name)) };
};

const measureDirect = async (bench: Bench, plan: Plan, names: readonly ContenderName[], load: Load) => {
  bench.say(`starting ${names.length} servers …`);
  await using running = await openContenders(bench, names, bench.databasePort);
  for (const { name, port } of running.served)
    await withClient(bench.url(databases[contenders[name].serves]), (admin) =>
      checkAnswers(name, port, admin, plan.world),
    );
  bench.say("every answer is right");
  const starts = await measureStarts(bench, plan, running.served);
  bench.say(`warming up with ${plan.warmUp.requests} requests each …`);
  const warm = new Map<ContenderName, Warm>();
  for (const served of running.served) warm.set(served.name, await warmUp(load, plan, served));
  const results = await measureLoad(bench, plan, running.served, load);
  const peaks = new Map(running.served.map(({ name, pid }) => [name, memoryMbOf(pid)?.peak]));
  return { starts, results, warm, peaks };
};

const measureWired = async (bench: Bench, plan: Plan, names: readonly ContenderName[], load: Load) => {
  await using wire = await openWire(bench.databasePort);
  await using running = await openContenders(bench, names, wire.port);
  bench.say("counting round trips to the database …");
  for (const served of running.served) await warmUp(load, plan, served, 0.2);
  const trips = await measureTrips(plan, running.served, { load, wire });
  return { trips, waits: await measureLatency(bench, plan, running.served, { load, wire }) };
};
