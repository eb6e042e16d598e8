#!/usr/bin/env node
/** prove [--only PROCEDURE,…] [--seed N] [--full] [--json]: the non-interference proof on a PostgreSQL of its own; or prove --mutants. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { reportHtml, reportText, type Report } from "@severalty/isolation/report";
import { testCluster } from "@severalty/postgres/test-cluster";
import { proveSeveralty } from "./prove-severalty.ts";

const usage = `usage: prove [--only PROCEDURE,…] [--seed N] [--full] [--json]
       prove --mutants [--help]

  --only PROCEDURE  one procedure, or documents.* for all of a noun; repeat with commas
  --seed N          which values meet which places, and what clock and randomness give (default 1)
  --full            every value meets every procedure, and not some in every place
  --json            the report as JSON instead of a table
  --mutants         take one defence away at a time, and see which test notices

Calls every procedure as tenant A in two worlds: one in which tenant B exists, and one in which he never was. Writes report.json and
report.html to <data>/prove. TEST_DATABASE_URL, a superuser's, runs it on a server of your own.
Exits with 1 when the worlds differ or a procedure was not reached, with 2 on wrong usage.`;

/** What two worlds cannot show, or show alike by design. */
const notCompared = {
  timing: "how long an answer takes depends on the neighbours' load; SECURITY.md does not promise otherwise",
  "rate limits":
    "limits are counted by address and e-mail, and are set out of reach here; their rows are compared like all others",
  "queue position": "there is no procedure yet that tells a place in a queue",
  "a shared identity":
    "a person of both tenants calls every procedure as a member of A; what signing in with his password lists is his own",
  "credentials of B": "whoever sends B's token, key, password or link is B",
};

const repository = resolve(import.meta.dirname, "../../..");

const run = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      seed: { type: "string", default: "1" },
      full: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const seed = Number(values.seed);
  if (values.help || !Number.isSafeInteger(seed)) {
    console.error(values.help ? usage : `--seed must be a whole number, got ${values.seed}\n\n${usage}`);
    return values.help ? 0 : 2;
  }
  await using cluster = await testCluster();
  const { postgres, planted, ...proof } = await proveSeveralty({
    adminUrl: cluster.url,
    seed,
    quick: !values.full,
    ...(values.only === undefined ? {} : { only: values.only.split(",") }),
    say: (line) => console.error(line),
    onProcedure: ({ path, requests, findings, faults }) => {
      const found = findings.length + faults.length;
      console.error(`${path}: ${requests} requests${found === 0 ? "" : `, ${found} FOUND`}`);
    },
  });
  const report: Report = {
    ...proof,
    title: "Non-interference of Severalty",
    at: new Date().toISOString(),
    versions: {
      PostgreSQL: postgres,
      Node: process.version,
      commit: commit(),
      seed: String(seed),
      canaries: String(planted.length),
    },
    notCompared,
  };
  const folder = resolve(repository, process.env["SEVERALTY_DATA"] ?? ".data", "prove");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "report.json"), JSON.stringify(report, undefined, 2));
  writeFileSync(join(folder, "report.html"), reportHtml(report));
  console.log(values.json ? JSON.stringify(report) : `${reportText(report)}\nreport: ${join(folder, "report.html")}`);
  return report.holds ? 0 : 1;
};

const commit = (): string => {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: repository, encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
};

try {
  if (process.argv.includes("--mutants")) await import("@severalty/mutants/main");
  else process.exitCode = await run();
} catch (error) {
  const isUsage = error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
  console.error(isUsage ? `${error.message}\n\n${usage}` : error);
  process.exitCode = isUsage ? 2 : 1;
}
