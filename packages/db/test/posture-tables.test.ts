import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { entities, tenantEntities } from "../src/entities.ts";
import type { Orm } from "../src/orm.ts";
import { anyEntity, tableOf } from "../src/testing/make-row.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { columnRows, indexesOf, foreignKeysOf, policiesOf, tables, triggersOf, type Table } from "./catalog.ts";

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

/** Everything that need not be behind row-level security: the names of the migrations that ran, for reading alone. */
const open = new Set(["app.migrations"]);

/** Indexes of a tenant's tables that do not begin with the tenant, each with its reason. */
const indexesAcrossTenants = new Map([
  ["users_identity_id_index", "sign-in looks up the memberships of one identity in every tenant"],
]);

/** Tables that belong to no tenant: what their policy for the server's role says instead. */
const globalPolicies = new Map([["app.templates", "(app.tenant_id() IS NOT NULL)"]]);

/** Tables of tenants whose changes are in the audit log already, as what they serve. */
const unaudited = new Set(["app.idempotency_keys"]);

/** Tables of tenants: parents and whole tables, not partitions. */
const scoped = () => all.filter(({ isScoped, isPartition }) => isScoped && !isPartition);
const isReadOnly = (table: string) =>
  entities.some((entity) => {
    const meta = orm.getMetadata().get(anyEntity(entity));
    return tableOf(meta) === table && meta.readonly === true;
  });

test("the registry and the catalog name the same tables", () => {
  const registered = entities.map((entity) => tableOf(orm.getMetadata().get(anyEntity(entity))));
  const found = all.filter(({ name, isPartition }) => !isPartition && !open.has(name) && !name.startsWith("sealed."));
  expect(found.map(({ name }) => name).toSorted()).toEqual(registered.toSorted());
  const scopedEntities = tenantEntities.map((entity) => tableOf(orm.getMetadata().get(anyEntity(entity))));
  expect(
    scoped()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(scopedEntities.toSorted());
});

test("B2: every table has row-level security enabled and forced, partitions too", () => {
  const lax = all.filter(({ name, isEnabled, isForced }) => !open.has(name) && !(isEnabled && isForced));
  expect(lax.map(({ name }) => name)).toEqual([]);
});

test("B2: a table has at most one policy per role; each is permissive, for all commands, canonical, without a sub-select", async () => {
  const policies = await policiesOf(admin);
  for (const policy of policies) {
    const scope = all.find(({ name }) => name === policy.table);
    const column = scope?.isScoped === true ? "tenant_id" : "id";
    const tenant = globalPolicies.get(policy.table) ?? `(${column} = app.tenant_id())`;
    const canonical = policy.roles[0] === "severalty_auth" ? "true" : tenant;
    expect(policy).toEqual({
      table: policy.table,
      name: `${policy.table.split(".")[1]}_${policy.roles[0]}_policy`,
      isPermissive: true,
      command: "*",
      roles: [policy.roles[0]],
      using: canonical,
      check: canonical,
    });
    expect(policy.roles[0] === "severalty_auth").toBe(policy.table.startsWith("auth."));
  }
  const pairs = policies.map(({ table, roles }) => `${table} ${roles.join(" ")}`);
  expect(pairs).toEqual([...new Set(pairs)]);
});

test("B2: every table that an entity stands for has exactly one policy, and no other table has any", async () => {
  const policies = await policiesOf(admin);
  const registered = entities.map((entity) => tableOf(orm.getMetadata().get(anyEntity(entity))));
  expect(policies.map(({ table }) => table).toSorted()).toEqual(registered.toSorted());
});

test("a tenant's table has a primary key that begins with the tenant and ends with its own id", async () => {
  for (const { name } of scoped()) {
    const primary = (await indexesOf(admin, name)).find(({ isPrimary }) => isPrimary);
    expect(primary?.columns[0]).toBe("tenant_id");
    expect(primary?.columns.at(-1)).toBe("id");
  }
});

test("every index and every unique key of a tenant's table begins with the tenant", async () => {
  const found: string[] = [];
  for (const { name } of scoped()) {
    for (const index of await indexesOf(admin, name))
      if (index.columns[0] !== "tenant_id") found.push(index.isUnique ? `unique ${index.name}` : index.name);
  }
  expect(found).toEqual([...indexesAcrossTenants.keys()]);
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
  for (const { name } of scoped())
    expect(keys).toContainEqual({
      table: name,
      target: "app.tenants",
      columns: ["tenant_id"],
      targetColumns: ["id"],
      onUpdate: "a",
      onDelete: "c",
    });
});

test("a foreign key has an index that begins with its columns", async () => {
  for (const key of await foreignKeysOf(admin)) {
    if (key.target === "app.tenants") continue;
    const indexes = await indexesOf(admin, key.table);
    const serving = indexes.filter(({ columns }) => key.columns.every((column, at) => columns[at] === column));
    expect([key, serving]).not.toEqual([key, []]);
  }
});

/** Triggers that hold a rule of one table, beside the audit trigger of each. */
const ruleTriggers = new Set(["users_keep_an_admin"]);

test("every table of a tenant that the server may write has the audit trigger, for each row of each change", async () => {
  const triggers = (await triggersOf(admin)).filter(
    ({ definition }) => !ruleTriggers.has(definition.split(" ")[2] ?? ""),
  );
  const expected = all
    .filter(
      ({ name, isPartition }) =>
        name.startsWith("app.") && !open.has(name) && !isPartition && !isReadOnly(name) && !unaudited.has(name),
    )
    .map(({ name }) => ({
      table: name,
      definition: `CREATE TRIGGER ${name.split(".")[1]}_audit AFTER INSERT OR DELETE OR UPDATE ON ${name} FOR EACH ROW EXECUTE FUNCTION app.audit()`,
      enabled: "O",
    }));
  expect(triggers).toEqual(expected);
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
