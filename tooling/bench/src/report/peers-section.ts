import { type Workload, workloads } from "../load/workload.ts";
import type { ContenderResult, PeersReport } from "../peers/peers-report.ts";
import { type Bar, barChart } from "./bar-chart.ts";
import { escapeHtml } from "./escape-html.ts";
import { round } from "./round.ts";

/** The servers side by side, as charts. */
export const peersSection = (report: PeersReport): string => {
  const { world, connections, rounds, contenders, skipped, wire } = report;
  const bars = (of: (one: ContenderResult) => number | undefined): Bar[] =>
    contenders.map((one) => ({ label: one.label, value: of(one), isOurs: one.name === "severalty" }));
  const measured = Object.entries(workloads).filter(([name]) =>
    contenders.some((one) => one.workloads[name as Workload]),
  );
  const perWorkload = (of: (one: ContenderResult, workload: Workload) => number | undefined, unit: string) =>
    measured
      .filter(([name]) => contenders.some((one) => of(one, name as Workload) !== undefined))
      .map(([name, what]) =>
        barChart({ title: `${name}: ${what}`, unit, bars: bars((one) => of(one, name as Workload)) }),
      )
      .join("");
  const charts = [
    [
      "Requests per second",
      `${connections} clients; more is better.`,
      perWorkload((one, name) => one.workloads[name]?.perSecond, "/s"),
    ],
    ...Object.keys(wire).map((rtt) => [
      `Wait of one client, ${rtt} ms to the database`,
      `The median; less is better. An empty query takes ${round(wire[rtt] ?? 0)} ms.`,
      perWorkload((one, name) => one.latency[rtt]?.[name]?.p50Ms, "ms"),
    ]),
    [
      "Round trips to the database",
      "Per request, counted on the wire.",
      perWorkload((one, name) => one.trips[name], ""),
    ],
    [
      "Processor time",
      "Of server and database, per request; less is better.",
      perWorkload((one, name) => cpuOf(one, name), "ms"),
    ],
    [
      "Start and memory",
      "From the start of the process to its first answer; memory at its peak.",
      barChart({ title: "Start", unit: "ms", bars: bars(({ startMs }) => startMs) }) +
        barChart({ title: "Memory", unit: "MB", bars: bars(({ memoryPeakMb }) => memoryPeakMb) }),
    ],
  ] as const;
  const intro = `${world.tenants} tenants with ${world.documents} documents each, the same for all; each request is of a random tenant. Medians of ${rounds} rounds, all servers in turn.`;
  const left = skipped.map(({ name, reason }) => `<p>${escapeHtml(`${name} was left out: ${reason}`)}</p>`).join("");
  const sections = charts
    .filter(([, , drawn]) => drawn !== "")
    .map(
      ([title, text, drawn]) =>
        `<h3>${escapeHtml(title ?? "")}</h3><p>${escapeHtml(text ?? "")}</p><div class="charts">${drawn}</div>`,
    );
  return `<section><h2>Beside others</h2><p>${escapeHtml(intro)}</p>${left}${sections.join("")}</section>`;
};

const cpuOf = ({ workloads: results }: ContenderResult, name: Workload): number | undefined => {
  const result = results[name];
  if (result?.serverCpuMs === undefined || result.databaseCpuMs === undefined) return undefined;
  return result.serverCpuMs + result.databaseCpuMs;
};
