import type { Bench } from "../bench.ts";
import { serve, type Served } from "../contenders/serve.ts";
import { fillSeveralty } from "../data/fill-severalty.ts";
import { type Load, openLoad } from "../load/open-load.ts";
import { median } from "../load/statistics.ts";
import { jobOf } from "../peers/job-of.ts";
import { memoryMbOf } from "../peers/process-cost.ts";
import { warmUp } from "../peers/warm-up.ts";
import type { Plan } from "../plan.ts";
import { runProgram } from "../run-program.ts";
import { type GrowthPoint, type GrowthReport, growthWorkloads } from "./growth-report.ts";

/** Clients of the last step. */
const clientCounts = [1, 2, 4, 8, 16, 32, 64];

interface Step {
  readonly count: number;
  readonly served: Served;
  readonly plan: Plan;
}

/** What becomes of Severalty's answers when tenants and clients get more: a database and a server for each number of tenants, in turn. */
export const measureGrowth = async (bench: Bench, plan: Plan): Promise<GrowthReport> => {
  await using stack = new AsyncDisposableStack();
  const load = stack.use(openLoad());
  const steps: Step[] = [];
  for (const count of plan.growth) {
    const step = await openStep(bench, plan, count);
    stack.use(step.served);
    await warmUp(load, step.plan, step.served);
    steps.push(step);
  }
  bench.say("one client, ever more tenants …");
  const tenants = await sweep(steps, plan.rounds, load, ({ count }) => ({ count, connections: 1 }));
  bench.say("ever more clients …");
  const last = steps.slice(-1);
  const clients: Record<string, GrowthPoint[]> = {};
  for (const connections of clientCounts) {
    const points = await sweep(last, plan.rounds, load, () => ({ count: connections, connections }));
    for (const [workload, some] of Object.entries(points)) (clients[workload] ??= []).push(...some);
  }
  return { documents: plan.growthDocuments, tenants, clients };
};

const openStep = async (bench: Bench, plan: Plan, count: number): Promise<Step> => {
  const database = `bench_growth_${count}`;
  const world = { tenants: count, documents: plan.growthDocuments };
  bench.say(`loading ${count} tenants × ${world.documents} documents …`);
  await runProgram(bench.programs.migrator, ["up"], bench.env(database));
  await fillSeveralty(bench.url(database), world);
  const served = await serve("severalty", { bench, database, databasePort: bench.databasePort });
  return { count, served, plan: { ...plan, world, workloads: growthWorkloads } };
};

const sweep = async (
  steps: readonly Step[],
  rounds: number,
  load: Load,
  of: (step: Step) => { count: number; connections: number },
): Promise<Record<string, GrowthPoint[]>> => {
  const points: Record<string, GrowthPoint[]> = {};
  for (const workload of growthWorkloads) {
    const results = steps.map((step) => ({ step, ...of(step), p50Ms: [] as number[], perSecond: [] as number[] }));
    for (let seed = 1; seed <= rounds; seed++)
      for (const { step, connections, p50Ms, perSecond } of results) {
        const result = await load.run(jobOf(step.plan, step.served, workload, { connections, seed }));
        p50Ms.push(result.p50Ms);
        perSecond.push((result.requests / result.elapsedMs) * 1000);
      }
    points[workload] = results.map(({ step, count, p50Ms, perSecond }) => ({
      count,
      p50Ms: median(p50Ms),
      perSecond: median(perSecond),
      memoryMb: memoryMbOf(step.served.pid)?.now,
    }));
  }
  return points;
};
