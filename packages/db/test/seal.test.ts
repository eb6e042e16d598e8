import * as fc from "fast-check";
import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { roles } from "../src/roles.ts";
import { enter, enteredTenant } from "../src/testing/enter.ts";
import { makeMember, makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { notRefused } from "../src/testing/not-refused.ts";
import { errorWord } from "../src/testing/outcome.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { functionsOf } from "./catalog.ts";

let database: TestDatabase;
let admin: Client;
let app: Client;
let us: MadeTenant;
let them: MadeTenant;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  app = await database.client("severalty_app");
  us = await makeTenant(admin);
  them = await makeTenant(admin);
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(() => app.query("begin"));
afterEach(() => app.query("rollback"));

const context = async (client: Client): Promise<string> => {
  const { rows } = await client.query<{ context: string }>("select current_setting('app.context') as context");
  return rows[0]?.context ?? "";
};
const setContext = (client: Client, value: string) =>
  client.query("select set_config('app.context', $1, true)", [value]);
const countRows = async (client: Client): Promise<number> => {
  const { rows } = await client.query<{ count: string }>("select count(*) from app.documents");
  return Number(rows[0]?.count);
};
const next = async () => {
  await app.query("commit");
  await app.query("begin");
};

test("an entered tenant is that tenant for the rest of the transaction and gone after it", async () => {
  await enter(app, us);
  expect(await enteredTenant(app)).toBe(us.tenantId);
  expect(await countRows(app)).toBe(1);
  await next();
  expect(await enteredTenant(app)).toBeNull();
  expect(await countRows(app)).toBe(0);
});

test("a context written by hand yields no tenant and no row", async () => {
  const forged = [them.tenantId, them.userId, them.sessionId, them.role, "request", "action", "0".repeat(64)].join("|");
  for (const value of [them.tenantId, forged, "", "|", "0".repeat(64), "0".repeat(65), "é".repeat(100)]) {
    await setContext(app, value);
    expect([value, await enteredTenant(app), await countRows(app)]).toEqual([value, null, 0]);
  }
});

test("a seal covers every character: changed, cut or lengthened anywhere, it yields no tenant", async () => {
  await enter(app, us);
  const sealed = await context(app);
  const edit = fc.record({
    at: fc.nat(sealed.length - 1),
    cut: fc.nat(3),
    put: fc.string({ unit: fc.constantFrom("0", "7", "a", "f", "|", "-", "é"), maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(edit, async ({ at, cut, put }) => {
      const edited = sealed.slice(0, at) + put + sealed.slice(at + cut);
      await setContext(app, edited);
      expect(await enteredTenant(app)).toBe(edited === sealed ? us.tenantId : null);
    }),
    { numRuns: 300, seed: 1 },
  );
  await setContext(app, sealed.replace(us.tenantId, them.tenantId));
  expect(await enteredTenant(app)).toBeNull();
});

test("a saved context is worth nothing in a later transaction, nor in another connection's", async () => {
  await enter(app, us);
  const saved = await context(app);
  const other = await database.client("severalty_app");
  await other.query("begin");
  await setContext(other, saved);
  expect(await enteredTenant(other)).toBeNull();
  await next();
  await setContext(app, saved);
  expect(await enteredTenant(app)).toBeNull();
  expect(await countRows(app)).toBe(0);
});

test("a context left behind for the whole session yields no tenant in the next transaction", async () => {
  await enter(app, us);
  await app.query("select set_config('app.context', current_setting('app.context'), false)");
  await next();
  expect(await enteredTenant(app)).toBeNull();
  await app.query("reset app.context");
});

test("a second tenant cannot be entered in one transaction", async () => {
  await enter(app, us);
  expect(await enter(app, them).catch(errorWord)).toBe("SV003");
});

test("the bar between fields cannot be smuggled in, and absent fields stay absent", async () => {
  await enter(app, us, { requestId: `|${them.tenantId}|x`, action: "a|b" });
  await app.query("update app.documents set title = 'one' where id = $1", [us.documentId]);
  await next();
  await enter(app, us, { requestId: null, action: null });
  await app.query("update app.documents set title = 'two' where id = $1", [us.documentId]);
  await app.query("commit");
  const { rows } = await admin.query(
    `select request_id, action, user_id from app.audit_logs where tenant_id = $1 and user_id is not null order by timestamp`,
    [us.tenantId],
  );
  expect(rows).toEqual([
    { request_id: `/${them.tenantId}/x`, action: "a/b", user_id: us.userId },
    { request_id: null, action: "documents.update", user_id: us.userId },
  ]);
});

test("parallel workers see the entered tenant and no other", async () => {
  const { rows } = await admin.query<{ name: string }>(
    "select name from pg_settings where name in ('debug_parallel_query', 'force_parallel_mode')",
  );
  await enter(app, us);
  await app.query(`set local ${rows[0]?.name} = on`);
  for (const setting of ["parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size"])
    await app.query(`set local ${setting} = 0`);
  const { rows: plan } = await app.query<{ "QUERY PLAN": string }>("explain select tenant_id from app.documents");
  expect(plan.map((line) => line["QUERY PLAN"]).join("\n")).toContain("Workers Planned");
  const { rows: seen } = await app.query("select distinct tenant_id from app.documents");
  expect(seen).toEqual([{ tenant_id: us.tenantId }]);
});

describe("entering is refused", () => {
  const cases: [string, (made: MadeTenant) => object, string][] = [
    ["with another tenant's id", () => ({ tenantId: them.tenantId }), "SV001"],
    ["with another tenant's user", () => ({ userId: them.userId }), "SV001"],
    ["with another tenant's session", () => ({ sessionId: them.sessionId }), "SV001"],
    ["with another role", () => ({ role: "team_member" }), "SV001"],
    ["with the platform's role", () => ({ role: "admin" }), "SV001"],
    ["with a session that never was", () => ({ sessionId: us.documentId }), "SV001"],
    ["with nothing", () => ({ sessionId: null, userId: null, tenantId: null, role: null }), "SV001"],
  ];
  test.each(cases)("%s", async (_, changes, code) => {
    expect(await enter(app, { ...us, ...changes(us) }).catch(errorWord)).toBe(code);
  });

  const ends: [string, string, string][] = [
    ["the session is revoked", "update auth.sessions set revoked_at = now() where user_id = $1", "SV001"],
    [
      "the session has expired",
      "update auth.sessions set created_at = now() - interval '2 hours', expires_at = now() - interval '1 second' where user_id = $1",
      "SV001",
    ],
    ["the user is disabled", "update app.users set status = 'disabled' where id = $1", "SV001"],
    ["the user's role has changed", "update app.users set role = 'team_member' where id = $1", "SV001"],
    [
      "the identity is disabled",
      "update auth.identities set status = 'disabled' where id = (select identity_id from app.users where id = $1)",
      "SV001",
    ],
    ["the user is removed", "delete from app.users where id = $1", "SV001"],
    [
      "D2: the tenant is suspended",
      "update app.tenants set status = 'suspended' where id = (select tenant_id from app.users where id = $1)",
      "SV002",
    ],
  ];
  test.each(ends)("from the next transaction on, once %s", async (_, change, code) => {
    const tenant = await makeTenant(admin);
    // The last administrator could be neither disabled, demoted nor removed.
    await makeMember(admin, tenant.tenantId);
    await admin.query("delete from app.documents where tenant_id = $1", [tenant.tenantId]);
    await enter(app, tenant);
    await admin.query(change, [tenant.userId]);
    expect(await enteredTenant(app)).toBe(tenant.tenantId);
    await next();
    expect(await enter(app, tenant).catch(errorWord)).toBe(code);
  });
});

test("a person of two tenants enters each with one session, and neither with the other's user", async () => {
  const second = await makeTenant(admin);
  await admin.query("update app.users set identity_id = $1 where id = $2", [us.identityId, second.userId]);
  const asSecond = { ...second, sessionId: us.sessionId };
  await enter(app, asSecond);
  expect(await enteredTenant(app)).toBe(second.tenantId);
  await next();
  expect(await enter(app, { ...asSecond, tenantId: us.tenantId }).catch(errorWord)).toBe("SV001");
});

test("what only gate functions may call is refused to every login role of the server", async () => {
  const functions = await functionsOf(admin);
  const inner = functions.filter(({ isDefiner, executors }) => isDefiner && executors.length === 0);
  expect(inner.map(({ name }) => name)).toEqual([
    "app.about_grant",
    "app.audit",
    "app.begin_entry",
    "app.entered",
    "app.keep_an_admin",
    "app.log_grant",
    "app.log_platform",
    "app.platform_admin",
    "app.platform_entered",
    "app.set_context",
    "app.set_platform_context",
    "app.start_from_template",
  ]);
  const calls = inner
    .filter(({ name }) => name !== "app.audit")
    .map(({ name, takes }) => `select ${name}(${takes.map((type) => `null::${type}`).join(", ")})`);
  calls.push("create trigger t after insert on app.users for each row execute function app.audit()");
  for (const [role, { login }] of Object.entries(roles)) {
    if (!login || role === "severalty_migrator") continue;
    const client = await database.client(role as keyof typeof roles);
    expect(await notRefused(client, calls)).toEqual([]);
  }
});

test("only the server's tenant role may enter", async () => {
  for (const role of ["severalty_auth", "severalty_platform", "severalty_worker"] as const)
    expect([role, await enter(await database.client(role), us).catch(errorWord)]).toEqual([role, "42501"]);
});
