#!/usr/bin/env node
/** bench [--quick] [--only NAME,…] [--json]: measures on a PostgreSQL of its own and compares with what is promised. */
import { parseArgs } from "node:util";
import { openBench } from "./bench.ts";
import { figureTable } from "./figure-table.ts";
import type { Figure } from "./figure.ts";
import { measureEnter } from "./measure-enter.ts";
import { measureMigrator } from "./measure-migrator.ts";
import { measureSearch } from "./measure-search.ts";
import { measureSeed } from "./measure-seed.ts";
import { measureStart } from "./measure-start.ts";

const measurements = {
  seed: measureSeed,
  migrator: measureMigrator,
  start: measureStart,
  enter: measureEnter,
  search: measureSearch,
};

const usage = `usage: bench [--quick] [--only ${Object.keys(measurements).join(",")}] [--json]

  --quick      smaller data and fewer rounds: whether it works, not how fast it is
  --only NAME  some of the measurements
  --json       the figures as JSON

exits with 1 when a promise was not kept (never with --quick), with 2 on wrong usage`;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: Object.keys(measurements).join(",") },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const chosen = values.only.split(",");
const unknown = chosen.filter((name) => !(name in measurements));

if (values.help || unknown.length > 0) {
  console.error(unknown.length > 0 ? `unknown measurement: ${unknown.join(", ")}\n\n${usage}` : usage);
  process.exitCode = unknown.length > 0 ? 2 : 0;
} else {
  await using bench = await openBench({ isQuick: values.quick, say: (line) => console.error(line) });
  const figures: Figure[] = [];
  for (const [name, measure] of Object.entries(measurements))
    if (chosen.includes(name)) figures.push(...(await measure(bench)));
  console.log(values.json ? JSON.stringify(figures, undefined, 2) : figureTable(figures));
  if (!values.quick && figures.some(({ value, limit }) => value > limit)) process.exitCode = 1;
}
