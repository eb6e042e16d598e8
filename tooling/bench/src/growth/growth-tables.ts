import Table from "cli-table3";
import { round } from "../report/round.ts";
import type { GrowthPoint, GrowthReport } from "./growth-report.ts";

/** Growth as a person reads it. */
export const growthTables = ({ documents, tenants, clients }: GrowthReport): string =>
  [
    pointsTable(`One client, ever more tenants of ${documents} documents`, "tenants", tenants),
    pointsTable("The most tenants, ever more clients", "clients", clients),
  ].join("\n\n");

const pointsTable = (title: string, what: string, lines: Readonly<Record<string, readonly GrowthPoint[]>>): string => {
  const names = Object.keys(lines);
  const head = [what, ...names.flatMap((name) => [`${name} p50 ms`, `${name} requests/s`, `MB after ${name}`])];
  const [first = []] = Object.values(lines);
  const rows = first.map(({ count }, index) => [
    String(count),
    ...names.flatMap((name) => cellsOf(lines[name]?.[index])),
  ]);
  const table = new Table({ head, style: { head: [], border: [] }, colAligns: head.map(() => "right" as const) });
  table.push(...rows);
  return `${title}\n${table.toString()}`;
};

const cellsOf = (point: GrowthPoint | undefined): string[] =>
  point === undefined
    ? ["-", "-", "-"]
    : [point.p50Ms.toFixed(3), round(point.perSecond), point.memoryMb === undefined ? "-" : round(point.memoryMb)];
