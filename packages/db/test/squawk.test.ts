import { expect, test } from "vitest";
import { migrations } from "../src/migrations.ts";
import { squawk } from "../src/testing/squawk.ts";
import { makeMigration } from "./make-migration.ts";

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
