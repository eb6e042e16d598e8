import type { EntityMetadata } from "@mikro-orm/postgresql";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gateFunctions, gateSearchPath } from "../src/doctor/expected.ts";
import { entities, tenantEntities } from "../src/entities.ts";
import type { Orm } from "../src/orm.ts";
import { roles, serverRoles } from "../src/roles.ts";
import { workerTables } from "../src/tenancy/tenant-policies.ts";
import { anyEntity, nameOf, tableOf } from "../src/testing/make-row.ts";
import { notRefused } from "../src/testing/not-refused.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { functionsOf, schemaGrants, tableGrants, tables } from "./catalog.ts";
import { found } from "./found.ts";

let database: TestDatabase;
let admin: Client;
let orm: Orm;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  orm = await database.orm("severalty_migrator");
});
afterAll(() => database[Symbol.asyncDispose]());

const write = "DELETE INSERT SELECT UPDATE";
const loginRoles = Object.entries(roles).flatMap(([name, spec]) =>
  spec.login && name !== "severalty_migrator" ? [name as keyof typeof roles] : [],
);

const byName = (one: { object: string; grantee: string }, other: { object: string; grantee: string }) =>
  `${one.object} ${one.grantee}` < `${other.object} ${other.grantee}` ? -1 : 1;

/** A data key is never deleted: what it encrypted would be lost. */
const fewer: Record<string, string> = { TenantKey: "INSERT SELECT UPDATE" };

/** What the platform changes of a tenant, under a grant. */
const changedByPlatform = ["name", "domain", "status", "subscription_tier", "settings", "version", "updated_at"];

/** What severalty_platform may do with an entity's table: read it, but for what is binary. */
const platformGrants = (meta: EntityMetadata) => {
  const [object, grantee] = [tableOf(meta), "severalty_platform"];
  if (meta.className === "Tenant")
    return [
      { object, grantee, privileges: "SELECT" },
      ...changedByPlatform.map((column) => ({ object: `${object}.${column}`, grantee, privileges: "UPDATE" })),
    ];
  if (!tenantEntities.some((entity) => nameOf(entity) === meta.className)) return [];
  const columns = meta.props.filter(({ fieldNames, formula }) => fieldNames.length === 1 && formula === undefined);
  const readable = columns.filter(({ columnTypes }) => columnTypes[0] !== "bytea");
  if (readable.length === columns.length) return [{ object, grantee, privileges: "SELECT" }];
  return readable.map(({ fieldNames }) => ({ object: `${object}.${fieldNames[0]}`, grantee, privileges: "SELECT" }));
};

/** What severalty_worker reads: what tasks are about, without the leases of tasks. */
const workerGrants = (meta: EntityMetadata) => {
  const [object, grantee, privileges] = [tableOf(meta), "severalty_worker", "SELECT"];
  if (!workerTables.some((name) => name === meta.tableName)) return [];
  if (meta.className !== "Task") return [{ object, grantee, privileges }];
  const columns = meta.props.filter(({ fieldNames, formula }) => fieldNames.length === 1 && formula === undefined);
  return columns
    .filter(({ name }) => name !== "leaseToken")
    .map(({ fieldNames }) => ({ object: `${object}.${fieldNames[0]}`, grantee, privileges }));
};

/** What gate functions read and write; the gate owns no table. */
const gateGrants: Record<string, string> = {
  "app.access_grants": "INSERT SELECT UPDATE",
  "app.agent_roles": "INSERT SELECT",
  "app.audit_logs": "INSERT",
  "app.tenant_api_keys": "SELECT",
  "app.cookbooks": "INSERT SELECT",
  "app.documents": "SELECT",
  "app.recipes": "INSERT",
  "app.task_queue": "SELECT UPDATE",
  "app.templates": "SELECT",
  "app.tenant_configs": "INSERT",
  "app.tenants": "DELETE INSERT SELECT",
  "app.users": "INSERT SELECT",
  "auth.identities": "DELETE INSERT SELECT",
  "auth.one_time_tokens": "INSERT",
  "auth.rate_limits": "INSERT SELECT",
  "auth.refresh_tokens": "INSERT SELECT",
  "auth.sessions": "INSERT SELECT",
  "sealed.admin_counts": "INSERT SELECT UPDATE",
  "sealed.keys": "SELECT",
  "sealed.queue_turns": "SELECT UPDATE",
};

test("tables are granted to the server's roles by rule: the tenant's to app, identities to auth, read-only ones for reading, all of a tenant but what is binary to platform for reading, and what tasks are about to worker", async () => {
  const expected = entities.flatMap((entity) => {
    const meta = orm.getMetadata().get(anyEntity(entity));
    const grantee = meta.schema === "auth" ? "severalty_auth" : "severalty_app";
    const isReadOnly = meta.readonly === true || meta.className === "Tenant";
    const privileges = fewer[meta.className] ?? (isReadOnly ? "SELECT" : write);
    return [{ object: tableOf(meta), grantee, privileges }, ...platformGrants(meta), ...workerGrants(meta)];
  });
  expected.push({ object: "app.migrations", grantee: "severalty_app", privileges: "SELECT" });
  for (const [object, privileges] of Object.entries(gateGrants))
    expected.push({ object, grantee: "severalty_gate", privileges });
  expect((await tableGrants(admin)).toSorted(byName)).toEqual(expected.toSorted(byName));
});

test("a partition is granted to nobody", async () => {
  expect((await tables(admin)).filter(({ isPartition }) => isPartition)).not.toEqual([]);
  expect(await found(admin, "grant-partition")).toEqual([]);
});

test("schemas are granted for use alone, and nobody may create in public", async () => {
  expect(await schemaGrants(admin)).toEqual([
    { object: "app", grantee: "severalty_app", privileges: "USAGE" },
    { object: "app", grantee: "severalty_auth", privileges: "USAGE" },
    { object: "app", grantee: "severalty_gate", privileges: "USAGE" },
    { object: "app", grantee: "severalty_platform", privileges: "USAGE" },
    { object: "app", grantee: "severalty_worker", privileges: "USAGE" },
    { object: "auth", grantee: "severalty_auth", privileges: "USAGE" },
    { object: "auth", grantee: "severalty_gate", privileges: "USAGE" },
    { object: "public", grantee: "public", privileges: "USAGE" },
    { object: "sealed", grantee: "severalty_gate", privileges: "USAGE" },
  ]);
});

test("no default privilege hands out what is made later", async () => {
  const { rows } = await admin.query("select defaclrole::regrole, defaclobjtype, defaclacl from pg_default_acl");
  expect(rows).toEqual([]);
});

test("the gate's functions are those of the allow-list, with a fixed search_path, each for the role that needs it", async () => {
  const functions = await functionsOf(admin);
  const gates = functions.filter(({ isDefiner, owner }) => isDefiner || owner === "severalty_gate");
  expect(
    gates.map(({ name, owner, isDefiner, settings, executors }) => ({ name, owner, isDefiner, settings, executors })),
  ).toEqual(
    Object.entries(gateFunctions).map(([name, executors]) => ({
      name,
      owner: "severalty_gate",
      isDefiner: true,
      settings: [gateSearchPath],
      executors,
    })),
  );
});

/** Functions with their caller's rights, and who may call them. Whoever writes a document computes what its index holds. */
const callersFunctions = {
  "app.document_words": ["severalty_app", "severalty_gate"],
  "app.sees_all_teams": ["severalty_app", "severalty_gate", "severalty_worker"],
  "app.team_id": ["severalty_app", "severalty_gate", "severalty_worker"],
  "app.uuid_v7": ["severalty_gate"],
  "app.words_of": ["severalty_app", "severalty_gate"],
};

/** What a filter asks for, which becomes part of the query: their names are written out instead. */
const inlined = ["app.sees_all_teams", "app.team_id"];

test("every other function has its caller's rights, a fixed search_path or none to be inlined, and is for the roles that need it", async () => {
  const functions = await functionsOf(admin);
  const others = functions.filter(({ isDefiner, owner }) => !isDefiner && owner !== "severalty_gate");
  expect(Object.fromEntries(others.map(({ name, executors }) => [name, executors]))).toEqual(callersFunctions);
  const unpinned = others.filter(({ settings }) => settings?.includes(gateSearchPath) !== true);
  expect(unpinned.map(({ name }) => name)).toEqual(inlined);
});

test("no function is executable by everybody", async () => {
  const functions = await functionsOf(admin);
  expect(await found(admin, "definer-public", "function-public")).toEqual([]);
  expect(functions.filter(({ owner }) => !["severalty_gate", "severalty_owner"].includes(owner))).toEqual([]);
});

describe.each(loginRoles)("%s", (role) => {
  test("creates nothing: no schema, no table in public or app, no temporary table", async () => {
    const statements = [
      "create schema theirs",
      "create table public.theirs (id int)",
      "create table app.theirs (id int)",
      "create temporary table theirs (id int)",
    ];
    expect(await notRefused(await database.client(role), statements)).toEqual([]);
  });

  test("reads no key, and nothing of the catalog's secrets", async () => {
    const statements = ["sealed.keys", "pg_authid", "pg_user_mapping"].map((table) => `select * from ${table}`);
    expect(await notRefused(await database.client(role), statements)).toEqual([]);
  });

  test("becomes no other role", async () => {
    const others = Object.keys(roles).filter((name) => name !== role);
    const statements = others.flatMap((other) => [`set role ${other}`, `set session authorization ${other}`]);
    expect(await notRefused(await database.client(role), statements)).toEqual([]);
  });

  test("switches neither row-level security nor triggers off", async () => {
    const changes = ["disable row level security", "no force row level security", "disable trigger all"];
    const statements = (await tables(admin)).flatMap(({ name }) =>
      changes.map((change) => `alter table ${name} ${change}`),
    );
    statements.push("set session_replication_role = replica");
    expect(await notRefused(await database.client(role), statements)).toEqual([]);
  });

  test("truncates nothing", async () => {
    const statements = (await tables(admin)).map(({ name }) => `truncate ${name} cascade`);
    expect(await notRefused(await database.client(role), statements)).toEqual([]);
  });
});

test("the roles that the server logs in with are among those tested", () => {
  expect(loginRoles).toEqual(expect.arrayContaining([...serverRoles]));
});
