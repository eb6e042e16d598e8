import { provision } from "@severalty/db/provision";
import { onlyInCi } from "@severalty/db/testing/only-in-ci";
import { rolePasswords } from "@severalty/db/testing/role-passwords";
import { beforeEach, expect, test } from "vitest";
import { makeFreshDatabase } from "./fresh-database.ts";
import { runMigrator } from "./run-migrator.ts";

beforeEach(onlyInCi);

const months = `select relname::text as name from pg_class where relnamespace = $1::regnamespace and relkind = 'r' and relname ~ '\\d$' order by 1`;
const insert = `insert into app.audit_logs (tenant_id, timestamp, id, actor_kind, action, resource_type)
  select id, $1::timestamptz, gen_random_uuid(), 'system', 'a', 'b' from app.tenants`;

test("partitions makes the audit log's months, archives by retention, drops when told to, and finds nothing to do again", async () => {
  await using database = makeFreshDatabase();
  await runMigrator(database.env);
  await database.rows(insert, ["2020-02-29T00:00:00Z"]);
  const late = await runMigrator(database.env, ["check"]);
  expect(late).toEqual({
    code: 1,
    stdout: expect.stringMatching(
      /^partitions {2}app\.audit_logs_default holds rows, .*; run: migrate partitions/,
    ) as unknown,
    stderr: "",
  });
  expect((await runMigrator(database.env, ["status"])).stdout).toMatch(
    /\npartitions {16}app\.audit_logs_default holds rows/,
  );
  const made = await runMigrator(database.env, ["partitions"]);
  expect(made).toEqual({
    code: 0,
    stdout: "audit log: made 2020-02\naudit log: moved 1 rows out of the default partition\n",
    stderr: "",
  });
  expect((await runMigrator(database.env, ["check"])).code).toBe(0);
  expect((await runMigrator(database.env, ["partitions"])).stdout).toBe("audit log: nothing to do\n");
  const byOption = await runMigrator(database.env, ["partitions", "--keep-months", "12"]);
  expect(byOption.stdout).toBe("audit log: archived 2020-02\n");
  expect(await database.rows(months, ["archive"])).toEqual([{ name: "audit_logs_2020_02" }]);
  const bySetting = await runMigrator({ ...database.env, AUDIT_RETENTION_MONTHS: "12" }, ["partitions", "--drop"]);
  expect(bySetting.stdout).toBe("audit log: dropped 2020-02\n");
  expect(await database.rows(months, ["archive"])).toEqual([]);
  expect(await database.rows(months, ["app"])).toHaveLength(13);
});

test("a retention that is set does not make up take a month out", async () => {
  await using database = makeFreshDatabase();
  await runMigrator(database.env);
  await database.rows(insert, ["2020-02-29T00:00:00Z"]);
  const { stdout } = await runMigrator({ ...database.env, AUDIT_RETENTION_MONTHS: "1" }, ["up"]);
  expect(stdout).toMatch(/^migrations: nothing to do\naudit log: made 2020-02\naudit log: moved 1 rows/);
  expect(await database.rows(months, ["archive"])).toEqual([]);
});

test("--drop without a retention is refused, and so are partitions before there is an audit log", async () => {
  await using database = makeFreshDatabase();
  const refused = await runMigrator(database.env, ["partitions", "--drop"]);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("--drop needs a retention") as unknown });
  await provision(database.adminUrl, rolePasswords);
  const early = await runMigrator(database.env, ["partitions"]);
  expect(early).toEqual({
    code: 1,
    stdout: "",
    stderr:
      "migrate: the database has no audit log and archive yet: run up, which also makes the partitions; nothing was changed\n",
  });
});
