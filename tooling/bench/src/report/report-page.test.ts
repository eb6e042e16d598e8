import { expect, test } from "vitest";
import type { PeersReport } from "../peers/peers-report.ts";
import { peerFigures } from "../peers/peer-figures.ts";
import { reportPage } from "./report-page.ts";
import type { Report } from "./report.ts";

const result = (perSecond: number, p50Ms: number) => ({
  perSecond,
  p50Ms,
  p99Ms: p50Ms * 2,
  serverCpuMs: 0.1,
  databaseCpuMs: undefined,
  loadCpuMs: 0.05,
});

const contender = (name: "severalty" | "floor" | "fastify", perSecond: number, p50Ms: number) => ({
  name,
  label: `<${name}> & "co"`,
  startMs: 300,
  warmUpRequests: 10_000,
  memoryMb: 100,
  memoryPeakMb: 120,
  workloads: { W1: result(perSecond, p50Ms) },
  trips: { W1: 1 },
  latency: { "1": { W1: { p50Ms, p99Ms: p50Ms } } },
});

const peers: PeersReport = {
  world: { tenants: 2, documents: 3 },
  connections: 16,
  rounds: 5,
  wire: { "1": 1.1 },
  contenders: [contender("severalty", 800, 2), contender("floor", 1_000, 1), contender("fastify", 900, 1)],
  skipped: [{ name: "postgrest", reason: "its binary does not run here" }],
};

const report = (): Report => ({
  at: "2026-01-02T03:04:05.000Z",
  machine: { processor: "a processor", cores: 2, node: "24.0.0" },
  isQuick: false,
  figures: peerFigures(peers),
  peers,
  growth: {
    documents: 20,
    tenants: {
      W1: [
        { count: 10, p50Ms: 1, perSecond: 900, memoryMb: 100 },
        { count: 1_000, p50Ms: 1.2, perSecond: 800, memoryMb: undefined },
      ],
    },
    clients: { W1: [{ count: 1, p50Ms: 1, perSecond: 900, memoryMb: undefined }] },
  },
});

test("the page loads nothing and runs nothing", () => {
  const page = reportPage(report());
  expect(page).not.toMatch(/https?:|<script|<link|src=|@import|url\(/);
});

test("names on the page are text, whatever is in them", () => {
  const page = reportPage(report());
  expect(page).toContain("&lt;floor&gt; &amp; &quot;co&quot;");
  expect(page).not.toContain("<floor>");
});

test("no chart has a coordinate that is no number", () => {
  expect(reportPage(report())).not.toMatch(/NaN|Infinity|undefined/);
});

test("who was left out is named with the reason", () => {
  expect(reportPage(report())).toContain("postgrest was left out: its binary does not run here");
});

test("figures are made of what was measured alone", () => {
  expect(peerFigures(peers).map(({ name, value }) => [name, value])).toEqual([
    ["W1 throughput to floor's", 0.8],
    ["W1 p50 to floor's", 2],
    ["start to first answer", 300],
    ["memory", 100],
  ]);
  expect(peerFigures({ ...peers, contenders: peers.contenders.slice(1) })).toEqual([]);
});
