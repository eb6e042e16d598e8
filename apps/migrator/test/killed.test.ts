import { spawn } from "node:child_process";
import { once } from "node:events";
import { until } from "@severalty/api/testing/until";
import { migrations } from "@severalty/db/migrations";
import { asAdmin, provision } from "@severalty/db/provision";
import { rolePasswords } from "@severalty/db/testing/role-passwords";
import { beforeEach, expect, inject, test } from "vitest";
import { onlyInCi } from "@severalty/db/testing/only-in-ci";
import { makeFreshDatabase } from "./fresh-database.ts";
import { runMigrator } from "./run-migrator.ts";

beforeEach(onlyInCi);

const names = migrations.map(({ name }) => name);
const executed = "select name from app.migrations order by id";
const waitingForTheLock = "application_name = 'severalty-migrator-lock'";
const waitingForATable = "application_name = 'severalty-migrator' and wait_event_type = 'Lock'";

test.each([
  ["while it waits for another", [], "select pg_advisory_lock(hashtext('severalty/migrator'))", waitingForTheLock],
  [
    "in the middle of a migration",
    names.slice(0, names.indexOf("0006_users_team_index")),
    "begin; lock table app.users",
    waitingForATable,
  ],
])("a migrator that is killed %s leaves a state from which the next goes on", async (_, before, hold, isThere) => {
  await using database = makeFreshDatabase();
  await provision(database.adminUrl, rolePasswords);
  for (const name of before) await runMigrator(database.env, ["up", "--to", name]);
  await asAdmin(database.adminUrl, async (holder) => {
    await holder.query(hold);
    const child = spawn(process.execPath, [inject("bundle"), "up"], { env: { ...database.env }, stdio: "ignore" });
    await until("it waits", () =>
      asAdmin(database.adminUrl, async (watcher) => {
        const { rowCount } = await watcher.query(
          `select from pg_stat_activity where datname = current_database() and ${isThere}`,
        );
        return rowCount === 1;
      }),
    );
    child.kill("SIGKILL");
    expect(await once(child, "close")).toEqual([null, "SIGKILL"]);
  });
  const next = await runMigrator(database.env, ["up"]);
  expect({ code: next.code, stderr: next.stderr }).toEqual({ code: 0, stderr: "" });
  expect(await database.rows(executed)).toEqual(names.map((name) => ({ name })));
});
