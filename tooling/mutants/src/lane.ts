import { buildTemplate } from "@severalty/db/testing/build-template";
import { ensureTemplate } from "@severalty/postgres/template";
import { testCluster } from "@severalty/postgres/test-cluster";
import { withDatabase } from "@severalty/postgres/url";
import { Client } from "pg";
import { readImportGraph } from "./import-graph.ts";
import type { Mutant, Verdict } from "./mutant.ts";
import { isPosture, readTests, stagesFor } from "./noticers.ts";
import { openTestBench } from "./test-bench.ts";

/** A server of its own, and the tests, for one mutant after the other. */
export interface Lane extends AsyncDisposable {
  judge(mutant: Mutant): Promise<Verdict>;
  /** What fails without a mutant among some tests; undefined when all is well. */
  control(): Promise<string | undefined>;
}

/** Files that have noticed a mutant like the one on trial, and are asked before others. */
const provenMax = 4;

/** Starts PostgreSQL, migrates a template and opens the tests. */
export const openLane = async (repository: string): Promise<Lane> => {
  // Never a server that others use: mutants of roles weaken all of it.
  delete process.env["TEST_DATABASE_URL"];
  const cluster = await testCluster();
  process.env["TEST_DATABASE_URL"] = cluster.url;
  const template = await ensureTemplate(cluster.url, "mutants", (url) => buildTemplate(url, new Date()));
  const bench = await openTestBench(repository);
  const tests = readTests(repository, bench.files);
  const distance = readImportGraph(repository);
  // The first run makes the tests' own template, which every run after it replaces.
  await bench.run(["packages/db/test/tenancy.test.ts", "packages/api/test/teams.test.ts"]);
  const admin = new Client(cluster.url);
  await admin.connect();
  let count = 0;

  const weakened = async ({ sql }: Mutant): Promise<string> => {
    const name = `mutant_${++count}`;
    await admin.query(`create database ${name} template ${template} strategy file_copy`);
    const client = new Client(withDatabase(cluster.url, name));
    await client.connect();
    try {
      await client.query(sql ?? "select");
    } finally {
      await client.end();
    }
    return name;
  };

  /** Files that noticed a mutant of the same source or kind, the last one first. */
  const proven = new Map<string, string[]>();
  const firstFailure = async (mutant: Mutant) => {
    const about = mutant.edits?.[0]?.file ?? mutant.kind;
    const known = proven.get(about) ?? [];
    // Postures come to be asked in their turn.
    const asked = mutant.isPosture === true ? known : known.filter((file) => !isPosture(file));
    for (const { files, pattern } of stagesFor(mutant, { tests, distance, proven: asked.slice(0, provenMax) })) {
      const failure = await bench.run(files, pattern);
      if (failure === undefined) continue;
      proven.set(about, [failure.file, ...known.filter((file) => file !== failure.file)]);
      return failure;
    }
    return undefined;
  };

  return {
    judge: async (mutant) => {
      const began = Date.now();
      const { id, kind, what } = mutant;
      const verdict = (rest: Pick<Verdict, "outcome" | "by" | "test">): Verdict => ({
        id,
        kind,
        what,
        ...rest,
        ms: Date.now() - began,
      });
      let database = template;
      try {
        if (mutant.sql !== undefined) database = await weakened(mutant);
      } catch (error) {
        return verdict({ outcome: "invalid", test: String(error) });
      }
      try {
        bench.useTemplate(database);
        bench.edit(mutant.edits ?? []);
        const failure = await firstFailure(mutant);
        if (failure === undefined) return verdict({ outcome: "survived" });
        const by = /timed out in/.test(failure.message) ? "time" : isPosture(failure.file) ? "posture" : "behaviour";
        return verdict({ outcome: "killed", by, test: `${failure.file}: ${failure.title}` });
      } finally {
        bench.edit([]);
        bench.useTemplate(template);
        if (mutant.undo !== undefined) await admin.query(mutant.undo);
        if (database !== template) await admin.query(`drop database ${database} with (force)`);
      }
    },
    control: async () => {
      const files = ["seal", "isolation", "posture-roles", "posture-grants"].map(
        (name) => `packages/db/test/${name}.test.ts`,
      );
      const failure = await bench.run([...files, "packages/api/test/other-tenant.test.ts"]);
      return failure === undefined ? undefined : `${failure.file}: ${failure.title}: ${failure.message}`;
    },
    [Symbol.asyncDispose]: async () => {
      await bench[Symbol.asyncDispose]();
      await admin.end();
      await cluster.stop();
    },
  };
};
