import type { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { enter, enteredTenant } from "../src/testing/enter.ts";
import { makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { TestDatabase } from "../src/testing/test-database.ts";

let database: TestDatabase;
let admin: Client;
let app: Client;
let us: MadeTenant;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  app = await database.client("severalty_app");
  us = await makeTenant(admin);
});
beforeEach(() => app.query("rollback; reset all"));
afterAll(() => database[Symbol.asyncDispose]());

const entry = () =>
  `app.enter('${us.sessionId}', '${us.userId}', '${us.tenantId}', '${us.role}', 'request-1', 'tests.replay')`;
const save = "set_config('app.saved', current_setting('app.context'), false)";
const replay = "set_config('app.context', current_setting('app.saved'), true)";
const tenant = "select app.tenant_id() as tenant, now() as now";

interface Answer {
  tenant: string | null;
  now: Date;
}

/** What was answered of a tenant, in order. */
const tenantsOf = (results: unknown): Answer[] =>
  (results as { rows: Partial<Answer>[] }[]).flatMap(({ rows }) => rows).filter((row): row is Answer => "now" in row);

const transactions: [string, string][] = [
  ["read write", "read write"],
  ["read only", "read write"],
  ["read write", "read only"],
];

test.each(transactions)(
  "a seal of a %s transaction is worth nothing in a %s one of the same message, which has the same now()",
  async (first, second) => {
    const results = await app.query(`begin ${first}; select ${entry()}; select ${save}; ${tenant}; commit;
      begin ${second}; select ${replay}; ${tenant}; select count(*) from app.documents; commit`);
    const [inside, after] = tenantsOf(results);
    expect(inside?.tenant).toBe(us.tenantId);
    expect(after?.now).toEqual(inside?.now);
    expect(after?.tenant).toBeNull();
  },
);

test("a seal of one transaction of a DO block is worth nothing in the next", async () => {
  await app.query(`do $$ begin perform ${entry()}; perform ${save}; commit; perform ${replay};
    perform set_config('app.seen', coalesce(app.tenant_id()::text, 'none'), false); end $$`);
  const { rows } = await app.query("select current_setting('app.seen') as seen");
  expect(rows).toEqual([{ seen: "none" }]);
});

test("a seal made under a savepoint that may only read is worth nothing once the transaction may write again", async () => {
  await app.query("begin read write");
  await app.query("savepoint reading");
  await app.query("set transaction read only");
  await enter(app, us);
  expect(await enteredTenant(app)).toBe(us.tenantId);
  await app.query("release reading");
  const { rows } = await app.query("select current_setting('transaction_read_only') as only");
  expect(rows).toEqual([{ only: "off" }]);
  expect(await enteredTenant(app)).toBeNull();
});

test("a seal of a transaction that may only read lasts no longer than an access token", async () => {
  const { rows } = await admin.query<{ definition: string }>(
    "select pg_get_functiondef('app.tenant_id()'::regprocedure) as definition",
  );
  const definition = rows[0]?.definition ?? "";
  const shortened = definition.replace("15 minutes", "1 millisecond");
  expect(shortened).not.toBe(definition);
  const afterAMoment = async () => {
    await app.query("begin read only");
    await enter(app, us);
    await app.query("select pg_sleep(0.002)");
    const seen = await enteredTenant(app);
    await app.query("rollback");
    return seen;
  };
  expect(await afterAMoment()).toBe(us.tenantId);
  await admin.query(shortened);
  expect(await afterAMoment()).toBeNull();
  await admin.query(definition);
});

test("parallel workers of a transaction that has written see its tenant", async () => {
  const { rows } = await admin.query<{ name: string }>(
    "select name from pg_settings where name in ('debug_parallel_query', 'force_parallel_mode')",
  );
  await app.query("begin read write");
  await enter(app, us);
  await app.query("update app.documents set title = 'parallel' where id = $1", [us.documentId]);
  await app.query(`set local ${rows[0]?.name} = on`);
  for (const setting of ["parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size"])
    await app.query(`set local ${setting} = 0`);
  const { rows: plan } = await app.query<{ "QUERY PLAN": string }>("explain select title from app.documents");
  expect(plan.map((line) => line["QUERY PLAN"]).join("\n")).toContain("Workers Planned");
  const { rows: seen } = await app.query("select title from app.documents");
  expect(seen).toEqual([{ title: "parallel" }]);
  await app.query("rollback");
});
