import Table from "cli-table3";
import { round } from "../report/round.ts";
import { type Workload, workloads } from "../load/workload.ts";
import type { PeersReport } from "./peers-report.ts";

/** The servers side by side: a table for each workload, one of waits, and one of what each needs. */
export const comparisonTables = (report: PeersReport): string => {
  const measured = Object.keys(workloads).filter((name) =>
    report.contenders.some((one) => one.workloads[name as Workload]),
  );
  const wires = Object.keys(report.wire);
  return [
    ...measured.map((workload) => workloadTable(report, workload as Workload)),
    ...wires.map((rtt) => latencyTable(report, rtt)),
    serverTable(report),
    ...report.skipped.map(({ name, reason }) => `${name} was left out: ${reason}`),
  ].join("\n\n");
};

const tableOf = (title: string, head: string[], rows: string[][]): string => {
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colAligns: head.map((_, index) => (index === 0 ? "left" : "right")),
  });
  table.push(...rows);
  return `${title}\n${table.toString()}`;
};

const shown = (value: number | undefined): string => (value === undefined ? "-" : round(value));

const workloadTable = ({ contenders, connections, rounds }: PeersReport, workload: Workload): string => {
  const ours = contenders.find(({ name }) => name === "severalty")?.workloads[workload]?.perSecond;
  const rows = contenders.map(({ label, workloads: results, trips }) => {
    const result = results[workload];
    if (result === undefined) return [label, "not offered", "", "", "", "", "", "", ""];
    return [
      label,
      shown(result.perSecond),
      ours === undefined ? "-" : `${round(ours / result.perSecond)} ×`,
      ...[result.p50Ms, result.p99Ms, trips[workload], result.serverCpuMs, result.databaseCpuMs, result.loadCpuMs].map(
        shown,
      ),
    ];
  });
  return tableOf(
    `${workload}: ${workloads[workload]} (${connections} clients, median of ${rounds} rounds)`,
    [
      "",
      "requests/s",
      "ours to it",
      "p50 ms",
      "p99 ms",
      "round trips",
      "server CPU ms",
      "database CPU ms",
      "load CPU ms",
    ],
    rows,
  );
};

const latencyTable = ({ contenders, wire }: PeersReport, rtt: string): string => {
  const singles = Object.keys(workloads).filter((name) => name !== "W4");
  const rows = contenders.map(({ label, latency }) => [
    label,
    ...singles.map((workload) => {
      const result = latency[rtt]?.[workload as Workload];
      return result === undefined ? "-" : `${result.p50Ms.toFixed(2)} / ${result.p99Ms.toFixed(2)}`;
    }),
  ]);
  const title = `p50 / p99 in ms: one client, ${rtt} ms to the database (an empty query takes ${shown(wire[rtt])} ms)`;
  return tableOf(title, ["", ...singles], rows);
};

const serverTable = ({ contenders }: PeersReport): string =>
  tableOf(
    "What each needs",
    ["", "start to first answer ms", "requests of W4", "MB after them", "MB at its peak"],
    contenders.map(({ label, startMs, warmUpRequests, memoryMb, memoryPeakMb }) => [
      label,
      ...[startMs, warmUpRequests, memoryMb, memoryPeakMb].map(shown),
    ]),
  );
