import type { Figure } from "../figure.ts";
import type { GrowthReport } from "./growth-report.ts";

/** What the most tenants cost beside the fewest. */
export const growthFigures = ({ tenants }: GrowthReport): Figure[] =>
  Object.entries(tenants).flatMap(([workload, points]) => {
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined || points.length < 2) return [];
    const on = `1 client, ${last.count} tenants to ${first.count}`;
    return [
      {
        name: `${workload} p50 while tenants grow`,
        value: last.p50Ms / first.p50Ms,
        limit: 1.3,
        unit: "×" as const,
        on,
      },
    ];
  });
