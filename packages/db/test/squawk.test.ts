import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isTransactional, type ListedMigration, statementsOf } from "../src/migration/listed-migration.ts";
import { migrations } from "../src/migrations.ts";
import { makeMigration } from "./make-migration.ts";

const program = fileURLToPath(import.meta.resolve("squawk-cli/js/bin/squawk"));
const config = fileURLToPath(import.meta.resolve("../.squawk.toml"));

/** What squawk finds in a migration's `up`: rule and statement's line, with its words. */
const squawk = async (listed: ListedMigration): Promise<string[]> => {
  const mode = isTransactional(listed) ? [] : ["--no-assume-in-transaction"];
  const options = [`--config=${config}`, "--reporter=json", `--stdin-filepath=${listed.name}.sql`, ...mode];
  const child = spawn(process.execPath, [program, ...options], { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(`${(await statementsOf(listed, "up")).join(";\n")};\n`);
  const [out, complaint] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  if (complaint !== "") throw new Error(complaint);
  const found = JSON.parse(out) as { rule_name: string; line: number; message: string }[];
  return found.map(({ rule_name: rule, line, message }) => `${rule}, line ${line + 1}: ${message}`);
};

test.each(migrations)("squawk finds nothing in $name", async (listed) => {
  expect(await squawk(listed)).toEqual([]);
});

test.each([
  ["changing-column-type", "alter table app.users alter column email type varchar(10)"],
  ["adding-required-field", "alter table app.users add column more text not null"],
  ["require-table-schema", "alter table users add column more text null"],
  ["syntax-error", "create tabel app.users (id int)"],
])("squawk finds %s, and by its configuration nothing that our rules know better", async (rule, sql) => {
  const bad = makeMigration("1_bad", [sql, "create index users_email_index on app.users (email)"]);
  const found = await squawk(bad);
  expect(found.map((line) => line.split(",", 1)[0])).toContain(rule);
  expect(found.join("\n")).not.toContain("concurrent");
});
