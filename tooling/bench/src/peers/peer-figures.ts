import type { ContenderName } from "../contenders/contender-name.ts";
import type { Figure } from "../figure.ts";
import type { Workload } from "../load/workload.ts";
import type { ContenderResult, PeersReport } from "./peers-report.ts";

type Rival = "floor" | "drizzle" | "prisma" | "postgrest";
type Limits = Partial<Record<Workload, Record<Rival, number>>>;

/** Least throughput of ours, as a multiple of theirs. */
const throughputMin: Limits = {
  W1: { floor: 0.75, drizzle: 4, prisma: 8, postgrest: 2.5 },
  W2: { floor: 0.8, drizzle: 2, prisma: 4, postgrest: 1.7 },
  W3: { floor: 0.7, drizzle: 2.4, prisma: 5, postgrest: 1.6 },
};

/** Longest wait for ours with a database 1 ms away, as a multiple of theirs. */
const latencyMax: Limits = {
  W1: { floor: 1.15, drizzle: 0.35, prisma: 0.35, postgrest: 0.4 },
  W2: { floor: 1.15, drizzle: 0.35, prisma: 0.35, postgrest: 0.4 },
  W3: { floor: 1.3, drizzle: 0.4, prisma: 0.4, postgrest: 0.5 },
};

/** What is promised of ours beside the others, as far as both were measured: ratios within one run. */
export const peerFigures = (report: PeersReport): Figure[] => {
  const of = (name: ContenderName) => report.contenders.find((one) => one.name === name);
  const ours = of("severalty");
  if (ours === undefined) return [];
  const throughput = compared(throughputMin, (workload, rival, limit) => {
    const value = ratio(ours.workloads[workload]?.perSecond, of(rival)?.workloads[workload]?.perSecond);
    const on = `${report.connections} clients`;
    if (value === undefined) return undefined;
    return { name: `${workload} throughput to ${rival}'s`, value, limit, moreIsBetter: true, unit: "×", on };
  });
  const latency = compared(latencyMax, (workload, rival, limit) => {
    const value = ratio(ours.latency["1"]?.[workload]?.p50Ms, of(rival)?.latency["1"]?.[workload]?.p50Ms);
    if (value === undefined) return undefined;
    return { name: `${workload} p50 to ${rival}'s`, value, limit, unit: "×", on: "1 client, 1 ms to the database" };
  });
  const batch = ratio(ours.latency["1"]?.W5?.p50Ms, ours.latency["1"]?.W1?.p50Ms);
  return [...throughput, ...latency, ...(batch === undefined ? [] : [batchFigure(batch)]), ...ownFigures(ours)];
};

const compared = (
  limits: Limits,
  toFigure: (workload: Workload, rival: Rival, limit: number) => Figure | undefined,
): Figure[] =>
  Object.entries(limits).flatMap(([workload, perRival]) =>
    Object.entries(perRival).flatMap(([rival, limit]) => toFigure(workload as Workload, rival as Rival, limit) ?? []),
  );

const ratio = (one: number | undefined, other: number | undefined) =>
  one === undefined || other === undefined ? undefined : one / other;

const batchFigure = (value: number): Figure => ({
  name: "W5 p50 to that of W1",
  value,
  limit: 3,
  unit: "×",
  on: "1 client, 1 ms to the database",
});

const ownFigures = ({ startMs, memoryMb, warmUpRequests }: ContenderResult): Figure[] => [
  { name: "start to first answer", value: startMs, limit: 400, unit: "ms", on: "the bundle, in production" },
  ...(memoryMb === undefined
    ? []
    : [
        {
          name: "memory",
          value: memoryMb,
          limit: 160,
          unit: "MB" as const,
          on: `after ${warmUpRequests} requests of W4`,
        },
      ]),
];
