import Table from "cli-table3";
import { round } from "../report/round.ts";
import type { GrowthPoint, GrowthReport } from "./growth-report.ts";

/** Growth as a person reads it. */
export const growthTables = ({ documents, tenants, clients, memoryMb }: GrowthReport): string => {
  const memory = memoryMb.map(({ count, value }) => [String(count), value === undefined ? "-" : round(value)]);
  return [
    pointsTable(`One client, tenants of ${documents} documents`, "tenants", tenants),
    pointsTable("The most tenants", "clients", clients),
    tableOf("Memory of the server", ["tenants", "MB"], memory),
  ].join("\n\n");
};

const pointsTable = (title: string, what: string, lines: Readonly<Record<string, readonly GrowthPoint[]>>): string => {
  const names = Object.keys(lines);
  const [first = []] = Object.values(lines);
  const rows = first.map(({ count }, index) => [
    String(count),
    ...names.flatMap((name) => {
      const point = lines[name]?.[index];
      return point === undefined ? ["-", "-"] : [point.p50Ms.toFixed(3), round(point.perSecond)];
    }),
  ]);
  return tableOf(title, [what, ...names.flatMap((name) => [`${name} p50 ms`, `${name} requests/s`])], rows);
};

const tableOf = (title: string, head: string[], rows: string[][]): string => {
  const table = new Table({ head, style: { head: [], border: [] }, colAligns: head.map(() => "right" as const) });
  table.push(...rows);
  return `${title}\n${table.toString()}`;
};
