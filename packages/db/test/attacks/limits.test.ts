import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { enter, enteredTenant } from "../../src/testing/enter.ts";
import { enterPlatform, makeOperator, openTestGrant, type Operator } from "../../src/testing/make-operator.ts";
import { makeTenant, type MadeTenant } from "../../src/testing/make-tenant.ts";
import { errorWord } from "../../src/testing/outcome.ts";
import { TestDatabase } from "../../src/testing/test-database.ts";

let database: TestDatabase;
let admin: Client;
let app: Client;
let platform: Client;
let operator: Operator;
let us: MadeTenant;
let them: MadeTenant;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  app = await database.client("severalty_app");
  platform = await database.client("severalty_platform");
  operator = await makeOperator(admin);
  [us, them] = [await makeTenant(admin), await makeTenant(admin)];
});
beforeEach(() => app.query("rollback; reset all"));
afterEach(() => app.query("rollback"));
afterAll(() => database[Symbol.asyncDispose]());

const owners = async (): Promise<string[]> => {
  const { rows } = await app.query<{ owner: string }>("select distinct tenant_id as owner from app.documents");
  return rows.map(({ owner }) => owner);
};
const attempt = (work: Promise<unknown>): Promise<string> => work.then(() => "allowed", errorWord);
const rename = () => attempt(app.query("update app.documents set title = 'written'"));

test("one transaction that may only read is entered twice by whoever has the credentials of both tenants, sees one at a time, and writes nothing", async () => {
  await app.query("begin read only");
  await enter(app, us);
  expect(await owners()).toEqual([us.tenantId]);
  expect(await attempt(app.query("savepoint s").then(() => enter(app, them)))).toBe("SV003");
  await app.query("rollback to savepoint s");
  await app.query("select set_config('app.context', '', true)");
  await enter(app, them);
  expect(await owners()).toEqual([them.tenantId]);
  expect(await attempt(app.query("savepoint w; set local transaction_read_only = off"))).toBe("25001");
  await app.query("rollback to savepoint s");
  await app.query("select set_config('app.context', '', true)");
  await enter(app, them);
  expect(await rename()).toBe("25006");
});

test("the second entry of both needs true credentials: those of the first tenant enter no other", async () => {
  await app.query("begin read only");
  await enter(app, us);
  await app.query("select set_config('app.context', '', true)");
  expect(await attempt(enter(app, { ...us, tenantId: them.tenantId }))).toBe("SV001");
});

test("a transaction is entered twice by whoever has the credentials of both if the first entry was under a savepoint that may only read; only the second tenant is written, and a third entry is refused", async () => {
  await app.query("begin; savepoint s; set local transaction_read_only = on");
  await enter(app, us);
  expect(await owners()).toEqual([us.tenantId]);
  await app.query("savepoint w");
  expect(await rename()).toBe("25006");
  await app.query("rollback to savepoint s");
  await enter(app, them);
  expect(await owners()).toEqual([them.tenantId]);
  expect((await app.query("update app.documents set title = 'written' where id = $1", [us.documentId])).rowCount).toBe(
    0,
  );
  expect(
    (await app.query("update app.documents set title = 'written' where id = $1", [them.documentId])).rowCount,
  ).toBe(1);
  await app.query("select set_config('app.context', '', true)");
  expect(await attempt(enter(app, us))).toBe("SV003");
});

const entry = () => `app.enter('${us.sessionId}', '${us.userId}', '${us.tenantId}', '${us.role}', 'r', 'a')`;
const twoReadings = (work: string) => `begin read only; select ${entry()};
  select set_config('app.saved', current_setting('app.context'), false); commit;
  begin read only; select set_config('app.context', current_setting('app.saved'), true); ${work}; commit`;

test("a seal of a transaction that may only read holds in the next such one of the same message, for its own tenant, writes nothing, and is gone with the message", async () => {
  const results = await app.query(twoReadings("select distinct tenant_id as owner from app.documents"));
  const seen = (results as unknown as { rows: { owner?: string }[] }[]).flatMap(({ rows }) => rows);
  expect(seen.flatMap(({ owner }) => owner ?? [])).toEqual([us.tenantId]);
  expect(await attempt(app.query(twoReadings("update app.documents set title = 'written'")))).toBe("25006");
  await app.query("rollback; begin read only");
  await app.query("select set_config('app.context', current_setting('app.saved'), true)");
  expect(await enteredTenant(app)).toBeNull();
  expect(await owners()).toEqual([]);
});

test("the server's driver refuses a message of several statements, so that no code of its own comes into that", async () => {
  const orm = await database.orm();
  expect(await attempt(orm.em.fork().execute(twoReadings("select 1")))).toBe("42601");
});

const logOf = async (tenantId: string) => {
  const { rows } = await admin.query<{ line: object }>(
    "select jsonb_build_array(action, outcome, details ->> 'by') as line from app.audit_logs where tenant_id = $1 order by timestamp, id",
    [tenantId],
  );
  return rows.map(({ line }) => line);
};

test("an administrator who undoes his call takes its record along, and what he has seen by it; that the grant was opened stays in the log", async () => {
  const opened = ["platform.grants.create", "ok", operator.email];
  const before = await logOf(us.tenantId);
  const grant = await openTestGrant(platform, operator, us.tenantId);
  await platform.query("begin");
  await enterPlatform(platform, operator, grant);
  expect((await platform.query("select id from app.tenants")).rows).toEqual([{ id: us.tenantId }]);
  await platform.query("rollback");
  expect(await logOf(us.tenantId)).toEqual([...before, opened]);
});

test("an administrator writes a refusal in any tenant's log without a grant, in his own name, and reads nothing by that", async () => {
  const before = await logOf(them.tenantId);
  await platform.query("select app.record_platform($1, $2, null, $3, 'denied', 'made up', 'r', 'made.up')", [
    operator.sessionId,
    operator.userId,
    them.tenantId,
  ]);
  expect(await logOf(them.tenantId)).toEqual([...before, ["made.up", "denied", operator.email]]);
  expect((await platform.query("select id from app.tenants")).rows).toEqual([]);
  const asOk = "select app.record_platform($1, $2, null, $3, 'ok', 'made up', 'r', 'made.up')";
  expect(await attempt(platform.query(asOk, [operator.sessionId, operator.userId, them.tenantId]))).toBe("22023");
});
