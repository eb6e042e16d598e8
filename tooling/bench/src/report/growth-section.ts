import { type GrowthPoint, type GrowthReport, growthWorkloads } from "../growth/growth-report.ts";
import { lineChart } from "./line-chart.ts";

/** Ever more tenants and clients, as charts. */
export const growthSection = ({ documents, tenants, clients }: GrowthReport): string => {
  const memory = (tenants[growthWorkloads.at(-1) ?? "W1"] ?? []).flatMap(({ count, memoryMb }) =>
    memoryMb === undefined ? [] : [{ x: count, y: memoryMb }],
  );
  const charts = [
    lineChart({
      title: "Wait of one client, by tenants",
      unit: "ms",
      axis: "tenants",
      lines: linesOf(tenants, ({ p50Ms }) => p50Ms),
    }),
    lineChart({
      title: "Memory of the server, by tenants",
      unit: "MB",
      axis: "tenants",
      lines: [{ label: "memory", points: memory }],
    }),
    lineChart({
      title: "Requests per second, by clients",
      unit: "1/s",
      axis: "clients",
      lines: linesOf(clients, ({ perSecond }) => perSecond),
    }),
    lineChart({
      title: "Wait, by clients",
      unit: "ms",
      axis: "clients",
      lines: linesOf(clients, ({ p50Ms }) => p50Ms),
    }),
  ];
  return `<section><h2>Growth</h2><p>Severalty with ever more tenants of ${documents} documents, and ever more clients of the most tenants.</p><div class="charts">${charts.join("")}</div></section>`;
};

const linesOf = (all: Readonly<Record<string, readonly GrowthPoint[]>>, y: (point: GrowthPoint) => number) =>
  Object.entries(all).map(([label, points]) => ({
    label,
    points: points.map((point) => ({ x: point.count, y: y(point) })),
  }));
