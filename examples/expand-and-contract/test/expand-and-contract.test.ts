import { migrateDown, migrateUp } from "@severalty/db/migrate";
import { maintainAuditPartitions } from "@severalty/db/partitions/maintain-audit-partitions";
import { onlyInCi } from "@severalty/db/testing/only-in-ci";
import { schemaFingerprint } from "@severalty/db/testing/schema-fingerprint";
import { TestDatabase } from "@severalty/db/testing/test-database";
import { afterAll, beforeEach, expect, test } from "vitest";
import { migrations as contract } from "../src/contract/migrations.ts";
import { migrations as expand } from "../src/expand/migrations.ts";
import { migrations as move } from "../src/move/migrations.ts";
import { Load } from "./load.ts";
import { LockWaits } from "./lock-waits.ts";
import { checkAs, RunningServer } from "./release-process.ts";

beforeEach(onlyInCi);

const database = await TestDatabase.create();
afterAll(() => database[Symbol.asyncDispose]());
const admin = await database.client();
const url = database.url("severalty_migrator");

/** What `check` says of a database that is as its release describes. */
const clean = {
  code: 0,
  found: "migrations: current, unedited, and the schema is the entities'; the audit log's partitions are made ahead\n",
};

/** A column that was dropped and is back stands last. */
const schema = async (): Promise<Set<string>> =>
  new Set((await schemaFingerprint(admin)).map((line) => line.replace(/^(column \S+) \d+ /, "$1 ")));

/** Enough for several batches of the backfill. */
const untouchedRows = 800;

/** Teams that nobody changes, of one tenant. */
const addUntouched = async (tenantId: string): Promise<void> => {
  await admin.query(
    `insert into app.teams (tenant_id, id, created_at, updated_at, name, description)
     select $1::uuid, gen_random_uuid(), '2020-01-01', '2020-01-01', 'untouched ' || n, 'untouched ' || n || ' of ' || $1::uuid
     from generate_series(1, $2::int) n`,
    [tenantId, untouchedRows],
  );
};

const untouched = async (column: string): Promise<unknown[]> => {
  const { rows } = await admin.query<Record<string, unknown>>(
    `select tenant_id, count(*)::int as rows, bool_and(version = 1 and updated_at = '2020-01-01') as "isUntouched",
       bool_and(${column} = name || ' of ' || tenant_id) as "isRight"
     from app.teams where name like 'untouched %' group by tenant_id order by tenant_id`,
  );
  return rows;
};

/** What a tenant wrote by way of the servers, oldest first. */
const stored = async (tenantId: string): Promise<unknown[]> => {
  const { rows } = await admin.query<Record<string, unknown>>(
    "select id, name, description from app.teams where tenant_id = $1 and name not like 'untouched %' order by id",
    [tenantId],
  );
  return rows;
};

/** What the audit log has of it. */
const recorded = async (tenantId: string): Promise<unknown> => {
  const { rows } = await admin.query<Record<string, unknown>>(
    `select count(*) filter (where action = 'teams.create')::int as created,
       count(*) filter (where action = 'teams.update')::int as updated
     from app.audit_logs where tenant_id = $1 and resource_type = 'teams' and actor_kind = 'user'`,
    [tenantId],
  );
  return rows[0];
};

test("a column is renamed, and renamed back, under load of servers old and new, and no request fails", async () => {
  const before = await schema();
  await using old = await RunningServer.start(database, "today");
  await using load = await Load.start(old.url, ["one", "two", "three"]);
  const tenantIds = load.tenants.map(({ tenantId }) => tenantId);
  for (const tenantId of tenantIds) await addUntouched(tenantId);
  const allRight = tenantIds
    .toSorted()
    .map((id) => ({ tenant_id: id, rows: untouchedRows, isUntouched: true, isRight: true }));
  await using waits = new LockWaits(await database.client());
  await load.goOn();

  // A template of the tests has fewer months of the audit log than `check` asks for.
  await maintainAuditPartitions(url, { now: new Date() });
  expect(await migrateUp(url, { migrations: expand })).toEqual(["teams_purpose_expand"]);
  await load.goOn();
  expect(await checkAs("expand", database)).toEqual(clean);
  const expanded = await schema();

  expect(await migrateUp(url, { migrations: move })).toEqual([
    "teams_purpose_check",
    "teams_purpose_backfill",
    "teams_purpose_not_null",
  ]);
  expect(await untouched("purpose")).toEqual(allRight);
  await using fresh = await RunningServer.start(database, "move");
  await load.goThrough([old, fresh], 5);
  expect(await checkAs("move", database)).toEqual(clean);

  await load.goThrough([fresh]);
  expect(await old.stop()).toBe(0);
  expect(await migrateUp(url, { migrations: contract })).toEqual(["teams_purpose_contract"]);
  await load.goOn();
  expect(await checkAs("contract", database)).toEqual(clean);

  await waits[Symbol.asyncDispose]();
  expect(waits.samples).toBeGreaterThan(20);
  // A statement of the migrator's waits a second at most, and whoever queues behind it as long; the rest is for a busy machine.
  expect(waits.longestMs).toBeLessThan(5_000);

  expect(await migrateDown(url, { migrations: contract })).toEqual(["teams_purpose_contract"]);
  expect(await untouched("description")).toEqual(allRight);
  await using again = await RunningServer.start(database, "today");
  await load.goThrough([fresh, again]);
  await load.goThrough([again]);
  expect(await fresh.stop()).toBe(0);
  await migrateDown(url, { migrations: move, steps: 3 });
  expect(await schema()).toEqual(expanded);
  await load.goOn();
  await migrateDown(url, { migrations: expand });
  await load.goOn();
  await load[Symbol.asyncDispose]();

  expect(load.failures).toEqual([]);
  expect(await schema()).toEqual(before);
  for (const { tenantId, teams } of load.tenants) {
    expect(await stored(tenantId)).toEqual(teams);
    expect(await recorded(tenantId)).toEqual({ created: teams.length, updated: 2 * teams.length });
  }
}, 240_000);
