#!/usr/bin/env node
/** bench: measures on a PostgreSQL of its own and compares with what is promised; see `usage`. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { openBench } from "./bench.ts";
import { figureTable } from "./figure-table.ts";
import { isKept, type Figure } from "./figure.ts";
import { growthFigures } from "./growth/growth-figures.ts";
import { growthTables } from "./growth/growth-tables.ts";
import { measureGrowth } from "./growth/measure-growth.ts";
import { measureEnter } from "./measure-enter.ts";
import { measureMigrator } from "./measure-migrator.ts";
import { measureSearch } from "./measure-search.ts";
import { measureSeed } from "./measure-seed.ts";
import { measureStart } from "./measure-start.ts";
import { comparisonTables } from "./peers/comparison-tables.ts";
import { measurePeers } from "./peers/measure-peers.ts";
import { peerFigures } from "./peers/peer-figures.ts";
import { planOf } from "./plan.ts";
import { readArguments, UsageError, usage } from "./read-arguments.ts";
import { chartFiles } from "./report/chart-files.ts";
import { reportPage } from "./report/report-page.ts";
import type { Report } from "./report/report.ts";

const measurements = {
  seed: measureSeed,
  migrator: measureMigrator,
  start: measureStart,
  enter: measureEnter,
  search: measureSearch,
};

/** Says what goes on, and after how many seconds. */
const say = (line: string): void => console.error(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${line}`);

const measure = async ({ only, ...wishes }: ReturnType<typeof readArguments>): Promise<Report> => {
  const at = new Date().toISOString();
  await using bench = await openBench({ isQuick: wishes.isQuick, say });
  const plan = planOf(wishes);
  const figures: Figure[] = [];
  const isAsked = (name: string) => only.some((one) => one === name);
  for (const [name, run] of Object.entries(measurements)) if (isAsked(name)) figures.push(...(await run(bench)));
  const peers = isAsked("peers") ? await measurePeers(bench, plan) : undefined;
  const growth = isAsked("growth") ? await measureGrowth(bench, plan) : undefined;
  if (peers !== undefined) figures.push(...peerFigures(peers));
  if (growth !== undefined) figures.push(...growthFigures(growth));
  const machine = { processor: cpus()[0]?.model ?? "unknown", cores: cpus().length, node: process.versions.node };
  return { at, machine, isQuick: wishes.isQuick, figures, peers, growth };
};

const main = async (): Promise<number> => {
  const wishes = readArguments(process.argv.slice(2));
  if (wishes.help) {
    console.error(usage);
    return 0;
  }
  const report = await measure(wishes);
  const { figures, peers, growth } = report;
  const tables = [peers && comparisonTables(peers), growth && growthTables(growth), figureTable(figures)];
  const page = reportPage(report);
  if (wishes.html !== undefined) writeFileSync(wishes.html, page);
  if (wishes.charts !== undefined)
    for (const [name, svg] of chartFiles(page)) writeFileSync(join(wishes.charts, name), svg);
  console.log(wishes.json ? JSON.stringify(report, undefined, 2) : tables.filter(Boolean).join("\n\n"));
  return wishes.isQuick || figures.every(isKept) ? 0 : 1;
};

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
