import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { enter, enteredTenant } from "../../src/testing/enter.ts";
import { makeTenant, type MadeTenant } from "../../src/testing/make-tenant.ts";
import { errorWord } from "../../src/testing/outcome.ts";
import { TestDatabase } from "../../src/testing/test-database.ts";

let database: TestDatabase;
let app: Client;
let us: MadeTenant;
let them: MadeTenant;
beforeAll(async () => {
  database = await TestDatabase.create();
  const admin = await database.client();
  app = await database.client("severalty_app");
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
