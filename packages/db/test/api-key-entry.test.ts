import { randomBytes } from "node:crypto";
import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { enter, enterKey, enteredTenant } from "../src/testing/enter.ts";
import { makeKey, makeMember, makeTenant, type MadeKey, type MadeTenant } from "../src/testing/make-tenant.ts";
import { errorWord } from "../src/testing/outcome.ts";
import { TestDatabase } from "../src/testing/test-database.ts";

let database: TestDatabase;
let admin: Client;
let app: Client;
let us: MadeTenant;
let them: MadeTenant;
let key: MadeKey;
let theirKey: MadeKey;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  app = await database.client("severalty_app");
  us = await makeTenant(admin);
  them = await makeTenant(admin);
  key = await makeKey(admin, us, { permissions: ["documents.read", "teams.read"] });
  theirKey = await makeKey(admin, them);
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(() => app.query("begin"));
afterEach(() => app.query("rollback"));

const next = async () => {
  await app.query("commit");
  await app.query("begin");
};
const documentIds = async () => {
  const { rows } = await app.query<{ id: string }>("select id from app.documents");
  return rows.map(({ id }) => id);
};
const setContext = (value: string) => app.query("select set_config('app.context', $1, true)", [value]);

test("a key enters its tenant for one transaction, and tells whose it is and what it may do", async () => {
  expect(await enterKey(app, key.keyHash)).toEqual({
    tenant: us.tenantId,
    key: key.id,
    maker: us.userId,
    permissions: ["documents.read", "teams.read"],
    is_idle: true,
  });
  expect(await enteredTenant(app)).toBe(us.tenantId);
  expect(await documentIds()).toEqual([us.documentId]);
  await next();
  expect(await enteredTenant(app)).toBeNull();
  expect(await documentIds()).toEqual([]);
});

test("a key enters in a transaction that may only read", async () => {
  await app.query("set transaction read only");
  await enterKey(app, key.keyHash);
  expect(await documentIds()).toEqual([us.documentId]);
});

test("what a key changes is in the log as the key's, and so is what it failed to do", async () => {
  const made = await makeKey(admin, us);
  await enterKey(app, made.keyHash, { requestId: "by|key", action: "documents.update" });
  await app.query("update app.documents set metadata = '{}' where id = $1", [us.documentId]);
  await app.query("select app.record('denied', '{}')");
  await app.query("commit");
  const { rows } = await admin.query(
    `select user_id, actor_kind, action, outcome, resource_type, resource_id, request_id from app.audit_logs
     where tenant_id = $1 and user_id = $2 order by outcome`,
    [us.tenantId, made.id],
  );
  const all = { user_id: made.id, actor_kind: "api_key", action: "documents.update", resource_type: "documents" };
  expect(rows).toEqual([
    { ...all, outcome: "denied", resource_id: null, request_id: "by/key" },
    { ...all, outcome: "ok", resource_id: us.documentId, request_id: "by/key" },
  ]);
});

test("a user's doings stay his own in the log, though his request names itself after a key", async () => {
  await enter(app, us, { requestId: `${key.id}|api_key`, action: "api_key" });
  await app.query("update app.documents set metadata = '{}' where id = $1", [us.documentId]);
  await app.query("commit");
  const { rows } = await admin.query("select user_id, actor_kind from app.audit_logs where action = 'api_key'");
  expect(rows).toEqual([{ user_id: us.userId, actor_kind: "user" }]);
});

describe("entering with a key is refused", () => {
  const strangers: [string, () => Buffer | null][] = [
    ["for a hash that never was", () => randomBytes(32)],
    ["for nothing", () => null],
    ["for an empty hash", () => Buffer.alloc(0)],
    ["for the beginning of a hash", () => key.keyHash.subarray(0, 31)],
    ["for a hash with a byte behind it", () => Buffer.concat([key.keyHash, Buffer.alloc(1)])],
    ["for a key's id", () => Buffer.from(key.id)],
    ["for the hash in words", () => Buffer.from(key.keyHash.toString("hex"))],
  ];
  test.each(strangers)("%s", async (_, hash) => {
    expect(await enterKey(app, hash()).catch(errorWord)).toBe("SVK01");
  });

  const ends: [string, string, string][] = [
    ["the key is revoked", "update app.tenant_api_keys set revoked_at = now() where id = $1", "SVK01"],
    ["the key is gone", "delete from app.tenant_api_keys where id = $1", "SVK01"],
    [
      "the key has expired",
      "update app.tenant_api_keys set created_at = now() - interval '1 hour', expires_at = now() where id = $1",
      "SVK01",
    ],
    [
      "D2: the key's tenant is suspended",
      "update app.tenants set status = 'suspended' where id = (select tenant_id from app.tenant_api_keys where id = $1)",
      "SV002",
    ],
  ];
  test.each(ends)("from the next transaction on, once %s", async (_, change, code) => {
    const tenant = await makeTenant(admin);
    const made = await makeKey(admin, tenant);
    await enterKey(app, made.keyHash);
    await admin.query(change, [made.id]);
    expect(await documentIds()).toEqual([tenant.documentId]);
    await next();
    expect(await enterKey(app, made.keyHash).catch(errorWord)).toBe(code);
  });

  test("of a suspended tenant, a revoked key is told no more than a key that never was", async () => {
    const tenant = await makeTenant(admin);
    const made = await makeKey(admin, tenant);
    await admin.query("update app.tenants set status = 'suspended' where id = $1", [tenant.tenantId]);
    await admin.query("update app.tenant_api_keys set revoked_at = now() where id = $1", [made.id]);
    expect(await enterKey(app, made.keyHash).catch(errorWord)).toBe("SVK01");
  });

  test("to every login role but the server's tenant role", async () => {
    for (const role of ["severalty_auth", "severalty_platform", "severalty_worker"] as const) {
      const client = await database.client(role);
      for (const hash of [key.keyHash, randomBytes(32)])
        expect([role, await enterKey(client, hash).catch(errorWord)]).toEqual([role, "42501"]);
    }
  });
});

test("a key that ends in the future enters, and one that outlives its maker's role and account still does", async () => {
  const tenant = await makeTenant(admin);
  const colleague = await makeMember(admin, tenant.tenantId);
  const made = await makeKey(admin, colleague);
  await admin.query("update app.tenant_api_keys set expires_at = now() + interval '1 minute' where id = $1", [made.id]);
  await admin.query("update app.users set role = 'team_member', status = 'disabled' where id = $1", [colleague.userId]);
  expect(await enterKey(app, made.keyHash)).toMatchObject({ tenant: tenant.tenantId, maker: colleague.userId });
});

test("whoever has entered enters no other tenant by its key, nor by its session after a key", async () => {
  await enterKey(app, key.keyHash);
  expect(await enterKey(app, theirKey.keyHash).catch(errorWord)).toBe("SV003");
  await app.query("rollback");
  await app.query("begin");
  await enterKey(app, key.keyHash);
  expect(await enter(app, them).catch(errorWord)).toBe("SV003");
  await app.query("rollback");
  await app.query("begin");
  await enter(app, us);
  expect(await enterKey(app, theirKey.keyHash).catch(errorWord)).toBe("SV003");
});

test("nobody enters as a user with the role of keys, and a key's context is not made by hand", async () => {
  expect(await enter(app, { ...us, role: "api_key" as never }).catch(errorWord)).toBe("SV001");
  await app.query("rollback");
  await app.query("begin");
  const made = [them.tenantId, theirKey.id, theirKey.id, "api_key", "", "request", "action", "0".repeat(64)].join("|");
  await setContext(made);
  expect([await enteredTenant(app), await documentIds()]).toEqual([null, []]);
  await enterKey(app, key.keyHash);
  const { rows } = await app.query<{ context: string }>("select current_setting('app.context') as context");
  const sealed = rows[0]?.context ?? "";
  expect(sealed.split("|").slice(0, 5)).toEqual([us.tenantId, key.id, key.id, "api_key", ""]);
  for (const forged of [sealed.replace(us.tenantId, them.tenantId), sealed.replace("api_key", "agency_admin")]) {
    await setContext(forged);
    expect(await enteredTenant(app)).toBeNull();
  }
  await setContext(sealed);
  expect(await enteredTenant(app)).toBe(us.tenantId);
  await next();
  await setContext(sealed);
  expect(await enteredTenant(app)).toBeNull();
});

test("a tenant sees no other's keys, and cannot take a hash that another's key has", async () => {
  await enterKey(app, key.keyHash);
  const { rows } = await app.query("select distinct tenant_id from app.tenant_api_keys");
  expect(rows).toEqual([{ tenant_id: us.tenantId }]);
  const stolen = app.query("update app.tenant_api_keys set key_hash = $1 where id = $2", [theirKey.keyHash, key.id]);
  expect(await stolen.catch(errorWord)).toBe("23505");
});

test.each([
  ["with a permission to make keys", "permissions", ["documents.read", "apiKeys.write"]],
  ["without a permission", "permissions", []],
  ["with a hash of another length", "key_hash", Buffer.alloc(31)],
  ["with the secret in its prefix", "prefix", `svk_000000000000_${"A".repeat(43)}`],
])("no key is kept %s", async (_, column, value) => {
  const change = admin.query(`update app.tenant_api_keys set ${column} = $1 where id = $2`, [value, key.id]);
  expect(await change.catch(errorWord)).toBe("23514");
});

test("a revoked key leaves its name to the next, a living one does not", async () => {
  const tenant = await makeTenant(admin);
  const [one, other] = [await makeKey(admin, tenant), await makeKey(admin, tenant)];
  const rename = () =>
    admin.query("update app.tenant_api_keys set name = 'same' where tenant_id = $1", [tenant.tenantId]);
  expect(await rename().catch(errorWord)).toBe("23505");
  await admin.query("update app.tenant_api_keys set revoked_at = now() where id = $1", [one.id]);
  await rename();
  await admin.query("update app.tenant_api_keys set revoked_at = now() where id = $1", [other.id]);
  await rename();
});
