#!/usr/bin/env node
/** mutants [--only KIND|TEXT] [--per-kind N] [--sample N] [--lanes N] [--resume] [--report] [--list] [--json] [--page FILE] */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { choose } from "./choose.ts";
import { killSection } from "./kill-page.ts";
import { isExplained, killCounts, killRate, killTable } from "./kill-table.ts";
import { generateMutants, readRecord, runMutants } from "./run-mutants.ts";

const repository = resolve(import.meta.dirname, "../../..");
const record = join(repository, "node_modules/.cache/severalty-mutants.jsonl");
const usage = `usage: prove --mutants [options]

  takes one defence away at a time, from the schema and from the code, and says which test notices

  --only TEXT,…   some kinds, or the mutants whose ids have a text in them
  --per-kind N    at most so many of each kind, the same ones every time (default 150; 0: all)
  --sample N      so many in all, over all kinds
  --lanes N       so many at a time, each with a PostgreSQL of its own (default 2)
  --resume        keep the verdicts of the run before
  --report        try none, and say what the run before has come to so far
  --list          name the mutants, and try none
  --json          verdicts and counts as JSON
  --page FILE     write an HTML section with the table

exits with 1 when a mutant survives that src/explained.ts does not explain, with 2 on wrong usage`;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    "per-kind": { type: "string", default: "150" },
    sample: { type: "string" },
    lanes: { type: "string", default: "2" },
    resume: { type: "boolean", default: false },
    report: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    page: { type: "string" },
    help: { type: "boolean", default: false },
    // `pnpm prove --mutants` hands its own arguments on.
    mutants: { type: "boolean", default: false },
  },
});

if (values.help) console.log(usage);
else {
  const began = Date.now();
  const all = await generateMutants(repository);
  const perKind = Number(values["per-kind"]) || Infinity;
  const sample = values.sample === undefined ? undefined : Number(values.sample);
  const tried = new Set(values.report ? readRecord(record).map(({ id }) => id) : []);
  const chosen = values.report
    ? all.filter(({ id }) => tried.has(id))
    : choose(all, { only: values.only, sample, perKind });
  if (values.list) for (const { id } of chosen) console.log(id);
  else {
    const verdicts = await runMutants(chosen, {
      repository,
      lanes: Number(values.lanes),
      resume: values.resume || values.report,
      record,
      say: (line) => console.error(line),
    });
    const counts = killCounts(verdicts, countsOf(all.map(({ kind }) => kind)));
    const survivors = verdicts.filter((verdict) => verdict.outcome === "survived" && !isExplained(verdict));
    const seconds = Math.round((Date.now() - began) / 1000);
    if (values.page !== undefined) writeFileSync(values.page, killSection(counts, verdicts));
    if (values.json) console.log(JSON.stringify({ seconds, counts, verdicts }, undefined, 2));
    else {
      console.log(killTable(counts));
      for (const { id, what } of survivors) console.log(`survived: ${id}\n  ${what}`);
      const total = counts.at(-1);
      console.log(
        `${total === undefined ? 0 : killRate(total).toFixed(2)} % killed, ${survivors.length} unexplained, ${seconds} s`,
      );
    }
    if (survivors.length > 0) process.exitCode = 1;
  }
}

function countsOf(kinds: readonly string[]): Map<string, number> {
  return new Map([...Map.groupBy(kinds, (kind) => kind)].map(([kind, { length }]) => [kind, length]));
}
