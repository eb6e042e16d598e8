import { type Figure, isKept } from "../figure.ts";
import type { GrowthPoint, GrowthReport } from "../growth/growth-report.ts";
import type { ContenderResult, PeersReport } from "../peers/peers-report.ts";
import { type Workload, workloads } from "../load/workload.ts";
import { type Bar, barChart } from "./bar-chart.ts";
import { escapeHtml } from "./escape-html.ts";
import { lineChart } from "./line-chart.ts";
import { pageStyle } from "./page-style.ts";
import type { Report } from "./report.ts";
import { round } from "./round.ts";

/** The report as one page that needs nothing else: no script, no font, no network. */
export const reportPage = ({ at, machine, isQuick, figures, peers, growth }: Report): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Severalty, measured</title>
<style>${pageStyle}</style>
<h1>Severalty, measured</h1>
<p>${escapeHtml(`${at.slice(0, 16).replace("T", " ")} UTC · ${machine.cores} × ${machine.processor} · Node ${machine.node}`)}${isQuick ? " · <strong>a quick run: whether it works, not how fast it is</strong>" : ""}</p>
${peers === undefined ? "" : peersSection(peers)}
${growth === undefined ? "" : growthSection(growth)}
<section><h2>What is promised</h2>${figuresTable(figures)}</section>
</html>
`;

const peersSection = (report: PeersReport): string => {
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

const growthSection = ({ documents, tenants, clients, memoryMb }: GrowthReport): string => {
  const memory = memoryMb.flatMap(({ count, value }) => (value === undefined ? [] : [{ x: count, y: value }]));
  const charts = [
    lineChart({
      title: "Wait of one client",
      unit: "ms",
      axis: "tenants",
      lines: linesOf(tenants, ({ p50Ms }) => p50Ms),
    }),
    lineChart({
      title: "Memory of the server",
      unit: "MB",
      axis: "tenants",
      lines: [{ label: "memory", points: memory }],
    }),
    lineChart({
      title: "Requests per second",
      unit: "1/s",
      axis: "clients",
      lines: linesOf(clients, ({ perSecond }) => perSecond),
    }),
    lineChart({ title: "Wait", unit: "ms", axis: "clients", lines: linesOf(clients, ({ p50Ms }) => p50Ms) }),
  ];
  return `<section><h2>Growth</h2><p>Severalty with ever more tenants of ${documents} documents, and ever more clients of the most tenants.</p><div class="charts">${charts.join("")}</div></section>`;
};

const linesOf = (all: Readonly<Record<string, readonly GrowthPoint[]>>, y: (point: GrowthPoint) => number) =>
  Object.entries(all).map(([label, points]) => ({
    label,
    points: points.map((point) => ({ x: point.count, y: y(point) })),
  }));

const figuresTable = (figures: readonly Figure[]): string => {
  const rows = figures.map((figure) => {
    const { name, value, limit, unit, on, moreIsBetter = false } = figure;
    const cells = [
      name,
      `${round(value)} ${unit}`,
      `${moreIsBetter ? "≥" : "<"} ${limit} ${unit}`,
      isKept(figure) ? "yes" : "NO",
      on,
    ];
    return `<tr class="${isKept(figure) ? "kept" : "broken"}">${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
  });
  return `<table><tr><th>figure</th><th>measured</th><th>promised</th><th>kept</th><th>on</th></tr>${rows.join("")}</table>`;
};
