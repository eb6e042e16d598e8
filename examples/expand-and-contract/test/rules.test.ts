import { readFileSync } from "node:fs";
import { lintMigration } from "@severalty/db/migration-lint/lint";
import { migrations as before } from "@severalty/db/migrations";
import { squawk } from "@severalty/db/testing/squawk";
import { expect, test } from "vitest";
import { migrations } from "../src/contract/migrations.ts";

const folders: Record<string, string> = {
  teams_purpose_expand: "expand",
  teams_purpose_check: "move",
  teams_purpose_backfill: "move",
  teams_purpose_not_null: "move",
  teams_purpose_contract: "contract",
};

test.each(migrations.slice(before.length))("$name breaks no rule for migrations, nor one of squawk", async (listed) => {
  const path = `src/${folders[listed.name]}/${listed.name.replaceAll("_", "-")}.ts`;
  const text = readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
  expect(await lintMigration(listed, { path, text })).toEqual([]);
  expect(await squawk(listed)).toEqual([]);
});
