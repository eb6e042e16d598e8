import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { indexesAcrossTenants, keysAcrossTenants, openTables, unauditedTables } from "../src/doctor/expected.ts";
import { entities, tenantEntities } from "../src/entities.ts";
import type { Orm } from "../src/orm.ts";
import { workerTables } from "../src/tenancy/tenant-policies.ts";
import { anyEntity, tableOf } from "../src/testing/make-row.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { columnRows, indexesOf, foreignKeysOf, policiesOf, tables, triggersOf, type Table } from "./catalog.ts";
import { found } from "./found.ts";

let database: TestDatabase;
let admin: Client;
let orm: Orm;
let all: Table[];
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  orm = await database.orm("severalty_migrator");
  all = await tables(admin);
});
afterAll(() => database[Symbol.asyncDispose]());

const open = new Set<string>(openTables);

/** Tables of tenants: parents and whole tables, not partitions. */
const scoped = () => all.filter(({ isScoped, isPartition }) => isScoped && !isPartition);
const isReadOnly = (table: string) =>
  entities.some((entity) => {
    const meta = orm.getMetadata().get(anyEntity(entity));
    return tableOf(meta) === table && meta.readonly === true;
  });

test("the registry and the catalog name the same tables", () => {
  const registered = entities.map((entity) => tableOf(orm.getMetadata().get(anyEntity(entity))));
  const there = all.filter(({ name, isPartition }) => !isPartition && !open.has(name) && !name.startsWith("sealed."));
  expect(there.map(({ name }) => name).toSorted()).toEqual(registered.toSorted());
  const scopedEntities = tenantEntities.map((entity) => tableOf(orm.getMetadata().get(anyEntity(entity))));
  expect(
    scoped()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(scopedEntities.toSorted());
});

test("B2: every table has row-level security enabled and forced, partitions too", async () => {
  const lax = ["rls-disabled", "rls-not-forced", "view-security-invoker", "materialized-view", "foreign-server"];
  expect(await found(admin, ...lax)).toEqual([]);
});

test("B2: a table has at most one policy per role; each is permissive, for all commands, canonical, without a sub-select", async () => {
  const rules = ["policy-stray", "policy-expression", "policy-command", "policy-restrictive", "policy-duplicate"];
  expect(await found(admin, ...rules, "policy-missing", "policy-volatile")).toEqual([]);
  for (const { table, name, roles } of await policiesOf(admin))
    expect(name).toBe(`${table.split(".")[1]}_${roles[0]}_policy`);
});

test("B2: every table that an entity stands for has one policy for each role that reads it, and no other table has any", async () => {
  const policies = await policiesOf(admin);
  const expected = entities.flatMap((entity) => {
    const meta = orm.getMetadata().get(anyEntity(entity));
    const isOfTenants = meta.className === "Tenant" || tenantEntities.includes(entity);
    if (meta.schema === "auth") return [`${tableOf(meta)} severalty_auth`];
    const isForWorker = workerTables.some((name) => name === meta.tableName);
    const others = [...(isOfTenants ? ["severalty_platform"] : []), ...(isForWorker ? ["severalty_worker"] : [])];
    return ["severalty_app", ...others].map((role) => `${tableOf(meta)} ${role}`);
  });
  expect(policies.map(({ table, roles }) => `${table} ${roles.join()}`).toSorted()).toEqual(expected.toSorted());
});

test("a tenant's table has a primary key that begins with the tenant and ends with its own id", async () => {
  for (const { name } of scoped()) {
    const primary = (await indexesOf(admin, name)).find(({ isPrimary }) => isPrimary);
    expect(primary?.columns[0]).toBe("tenant_id");
    expect(primary?.columns.at(-1)).toBe("id");
  }
});

test("every index and every unique key of a tenant's table begins with the tenant", async () => {
  expect(await found(admin, "key-without-tenant", "index-without-tenant")).toEqual([]);
  const exceptions: string[] = [];
  for (const { name } of scoped()) {
    for (const index of await indexesOf(admin, name)) if (index.columns[0] !== "tenant_id") exceptions.push(index.name);
  }
  const listed = [...Object.keys(keysAcrossTenants), ...Object.keys(indexesAcrossTenants)];
  expect(exceptions.toSorted()).toEqual(listed.toSorted());
});

test("a foreign key to a tenant's table carries the tenant, changes nothing on update, and clears nothing on delete", async () => {
  const keys = await foreignKeysOf(admin);
  const scopedNames = new Set(scoped().map(({ name }) => name));
  for (const key of keys) {
    expect(key.onUpdate).toBe("a");
    expect(["a", "r", "c"]).toContain(key.onDelete);
    if (!scopedNames.has(key.target)) continue;
    expect(key.columns).toEqual(["tenant_id", key.columns[1]]);
    expect(key.targetColumns).toEqual(["tenant_id", "id"]);
  }
  expect(await found(admin, "foreign-key-without-tenant", "foreign-key-clears", "tenant-foreign-key")).toEqual([]);
});

test("a foreign key has an index that begins with its columns", async () => {
  expect((await foreignKeysOf(admin)).length).toBeGreaterThan(20);
  expect(await found(admin, "foreign-key-index")).toEqual([]);
});

test("every table of a tenant that the server may write has the audit trigger, for each row of each change", async () => {
  expect(await found(admin, "audit-trigger-missing", "trigger-disabled", "trigger-unlisted")).toEqual([]);
  const readOnly = all.filter(({ name, isPartition }) => !isPartition && isReadOnly(name)).map(({ name }) => name);
  expect([...unauditedTables].toSorted()).toEqual([...readOnly, ...open, "app.idempotency_keys"].toSorted());
  const audited = (await triggersOf(admin)).filter(({ definition }) => definition.endsWith("FUNCTION app.audit()"));
  const tablesOfApp = all.filter(({ name, isPartition }) => name.startsWith("app.") && !isPartition).length;
  expect(audited.length).toBe(tablesOfApp - unauditedTables.length);
});

/** Of the audit log. */
const isMonth = (table: string) => /^app\.audit_logs_\d{4}_\d{2}$/.test(table);

describe("columns", () => {
  test("tenant_id is never null, and states are text", async () => {
    const columns = await columnRows(admin);
    expect(columns.filter(({ column, isNullable }) => column === "tenant_id" && isNullable)).toEqual([]);
    expect(columns.filter(({ kind }) => kind === "e")).toEqual([]);
  });

  test("B1: every foreign id of a row and every time is of one type", async () => {
    const columns = await columnRows(admin);
    const ids = columns.filter(({ column }) => column === "id" || column.endsWith("_id"));
    const text = new Set(
      ids
        .filter((id) => id.type !== "uuid" && !(isMonth(id.table) && id.column === "request_id"))
        .map(({ table, column }) => `${table}.${column}`),
    );
    expect([...text].toSorted()).toEqual([
      "app.audit_logs.request_id",
      "app.audit_logs_default.request_id",
      "app.migrations.id",
      "sealed.keys.id",
    ]);
    const times = columns.filter(({ table, type }) => type.startsWith("timestamp") && !open.has(table));
    expect(new Set(times.map(({ type }) => type))).toEqual(new Set(["timestamp(3) with time zone"]));
  });
});
