import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { buildTemplate } from "@severalty/db/testing/build-template";
import { cloneDatabase, ensureTemplate } from "@severalty/postgres/template";
import { testCluster } from "@severalty/postgres/test-cluster";
import { Client } from "pg";
import { codeMutants } from "./code-mutants.ts";
import { LaneClient } from "./lane-client.ts";
import type { Mutant, Verdict } from "./mutant.ts";
import { schemaMutants } from "./schema-mutants.ts";

/** Every mutant of this repository: of the schema, of the roles and of the code. */
export const generateMutants = async (repository: string): Promise<Mutant[]> => {
  await using cluster = await testCluster();
  const template = await ensureTemplate(cluster.url, "mutants", (url) => buildTemplate(url, new Date()));
  await using clone = await cloneDatabase(cluster.url, template);
  const admin = new Client(clone.url);
  await admin.connect();
  try {
    return [...(await schemaMutants(admin)), ...codeMutants(repository)];
  } finally {
    await admin.end();
  }
};

export interface RunOptions {
  readonly repository: string;
  /** Mutants under trial at once; each lane has a server and a worker. */
  readonly lanes: number;
  /** A file to which verdicts are appended as they come. */
  readonly record?: string;
  /** What the record has is not tried again. */
  readonly resume: boolean;
  readonly say: (line: string) => void;
}

/** Tries each mutant. Throws if a lane, after its last one, fails tests without any: then no verdict would mean anything. */
export const runMutants = async (mutants: readonly Mutant[], options: RunOptions): Promise<Verdict[]> => {
  const { record } = options;
  if (record !== undefined) mkdirSync(dirname(record), { recursive: true });
  if (record !== undefined && !options.resume) rmSync(record, { force: true });
  const known = new Map((record === undefined ? [] : readRecord(record)).map((verdict) => [verdict.id, verdict]));
  const verdicts = mutants.flatMap(({ id }) => known.get(id) ?? []);
  const waiting = mutants.filter(({ id }) => !known.has(id));
  const runLane = async () => {
    await using lane = new LaneClient(options.repository);
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const verdict = await lane.judge(mutant);
      verdicts.push(verdict);
      if (record !== undefined) appendFileSync(record, `${JSON.stringify(verdict)}\n`);
      options.say(lineOf(verdict, verdicts.length, mutants.length));
    }
    const left = await lane.control();
    if (left !== undefined)
      throw new Error(`without a mutant a test fails, so that the verdicts mean nothing: ${left}`);
  };
  await Promise.all(Array.from({ length: Math.min(options.lanes, waiting.length) }, runLane));
  return verdicts;
};

/** Verdicts that a run has left. */
export const readRecord = (record: string): Verdict[] =>
  existsSync(record)
    ? readFileSync(record, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Verdict)
    : [];

const lineOf = ({ outcome, by, id, test, ms }: Verdict, count: number, total: number): string =>
  `${count}/${total} ${outcome}${by === undefined ? "" : ` by ${by}`} in ${(ms / 1000).toFixed(1)} s: ${id}${test === undefined ? "" : `\n    ${test.slice(0, 160)}`}`;
