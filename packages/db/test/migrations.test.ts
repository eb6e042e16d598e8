import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { entities } from "../src/entities.ts";
import { migrateDown, migrateUp, migrationStates, newestMigration } from "../src/migrate.ts";
import { migrations } from "../src/migrations.ts";
import { assertMayMigrate, provision, UnfitRoleError } from "../src/provision.ts";
import { roles } from "../src/roles.ts";
import { pendingMigrations } from "../src/schema-state.ts";
import { onlyInCi } from "../src/testing/only-in-ci.ts";
import { anyEntity, makeRow } from "../src/testing/make-row.ts";
import { makeTenant } from "../src/testing/make-tenant.ts";
import { rolePasswords } from "../src/testing/role-passwords.ts";
import { schemaFingerprint } from "../src/testing/schema-fingerprint.ts";
import { snapshot, type Snapshot } from "../src/testing/snapshot.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { columnRows, foreignKeysOf, tables } from "./catalog.ts";

const names = migrations.map(({ name }) => name);
let current: string[];
beforeAll(async () => {
  await using database = await TestDatabase.create();
  current = await schemaFingerprint(await database.client());
});

const fill = async (database: TestDatabase): Promise<void> => {
  const admin = await database.client();
  const orm = await database.orm();
  for (const { tenantId } of [await makeTenant(admin), await makeTenant(admin)])
    for (const entity of entities)
      if (entity.meta.className !== "Tenant") await makeRow(admin, orm, anyEntity(entity), tenantId);
};

/** Without the bodies of functions, which a step down may write in other words. */
const outline = (lines: string[]) => lines.map((line) => line.replace(/ AS \$function\$.*/, ""));

test("A2, A6: every migration applies to an empty database, in order, and once", async () => {
  await using database = await TestDatabase.create({ migrated: false });
  const url = database.url("severalty_migrator");
  expect((await migrationStates(url)).map(({ executedAt }) => executedAt)).toEqual(names.map(() => null));
  expect(await migrateUp(url)).toEqual(names);
  expect(await migrateUp(url)).toEqual([]);
  expect(await schemaFingerprint(await database.client())).toEqual(current);
  const states = await migrationStates(url);
  expect(states.map(({ name }) => name)).toEqual(names);
  expect(states.every(({ executedAt }) => executedAt instanceof Date)).toBe(true);
  expect(newestMigration()).toBe(names.at(-1));
});

test("A3, C1: the first migration makes tenants and users with what sign-in needs", async () => {
  await using database = await TestDatabase.create();
  await migrateDown(database.url("severalty_migrator"), { steps: names.length - 1 });
  const admin = await database.client();
  const columns = (await columnRows(admin)).map(({ table, column }) => `${table}.${column}`);
  for (const column of ["id", "name", "created_at"]) expect(columns).toContain(`app.tenants.${column}`);
  for (const column of [
    "id",
    "tenant_id",
    "username",
    "email",
    "name",
    "role",
    "roles",
    "preferences",
    "storage_mode",
    "created_at",
    "updated_at",
  ])
    expect(columns).toContain(`app.users.${column}`);
  expect(columns).toContain("auth.identities.hashed_password");
  expect(await foreignKeysOf(admin)).toContainEqual(
    expect.objectContaining({ table: "app.users", target: "app.tenants", columns: ["tenant_id"] }),
  );
});

describe("one after the other, or many at once", () => {
  beforeEach(onlyInCi);

  test("with data in every table each migration goes down and up again, and the schema is what it was", async () => {
    await using database = await TestDatabase.create();
    await fill(database);
    const url = database.url("severalty_migrator");
    const admin = await database.client();
    let before = current;
    for (const name of names.toReversed()) {
      expect(await migrateDown(url, { steps: 1 })).toEqual([name]);
      const without = await schemaFingerprint(admin);
      expect([name, without]).not.toEqual([name, before]);
      expect(await migrateUp(url, { to: name })).toEqual([name]);
      expect([name, outline(await schemaFingerprint(admin))]).toEqual([name, outline(before)]);
      await migrateDown(url, { steps: 1 });
      before = without;
    }
    expect(await migrateUp(url)).toEqual(names);
    expect(await schemaFingerprint(admin)).toEqual(current);
    await fill(database);
  });

  test("twenty migrators at once all succeed, and each migration runs once", async () => {
    await using database = await TestDatabase.create({ migrated: false });
    const url = database.url("severalty_migrator");
    const ran = await Promise.all(Array.from({ length: 20 }, () => migrateUp(url)));
    expect(ran.flat()).toEqual(names);
    const admin = await database.client();
    const { rows } = await admin.query("select name from app.migrations order by id");
    expect(rows).toEqual(names.map((name) => ({ name })));
    expect(await schemaFingerprint(admin)).toEqual(current);
  });
});

describe("B5: with data in every table", () => {
  test("steps down and up again keep every row of every table that they do not make", async () => {
    await using database = await TestDatabase.create();
    await fill(database);
    const admin = await database.client();
    const before = await snapshot(admin);
    const url = database.url("severalty_migrator");
    let kept = Object.keys(before);
    while (kept.length === Object.keys(before).length) {
      await migrateDown(url, { steps: 1 });
      kept = Object.keys(await snapshot(admin));
    }
    await migrateUp(url);
    const after = await snapshot(admin);
    const rowsOf = (all: Snapshot) =>
      kept.filter((table) => table !== "app.migrations").map((table) => [table, all[table]]);
    expect(rowsOf(after)).toEqual(rowsOf(before));
  });
});

test("taken all the way down, nothing is left but the record of migrations, and that is empty", async () => {
  await using database = await TestDatabase.create();
  const admin = await database.client();
  await migrateDown(database.url("severalty_migrator"), { steps: names.length + 1 });
  expect((await tables(admin)).map(({ name }) => name)).toEqual(["app.migrations"]);
  const { rows } = await admin.query("select nspname::text from pg_namespace where nspname in ('auth', 'sealed')");
  expect(rows).toEqual([]);
  const { rows: functions } = await admin.query("select from pg_proc where pronamespace = 'app'::regnamespace");
  expect(functions).toEqual([]);
  expect((await admin.query("select from app.migrations")).rowCount).toBe(0);
});

test("the server's role sees which migrations are pending", async () => {
  await using database = await TestDatabase.create();
  await migrateDown(database.url("severalty_migrator"), { steps: 1 });
  const orm = await database.orm();
  expect(await pendingMigrations(orm.em.fork())).toEqual(names.slice(-1));
});

describe("provisioning", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await TestDatabase.create({ migrated: false });
  });
  afterAll(() => database[Symbol.asyncDispose]());

  test("can be repeated, ten times at once, and every role can then sign in", async () => {
    await Promise.all(Array.from({ length: 10 }, () => provision(database.adminUrl, rolePasswords)));
    for (const role of Object.keys(rolePasswords) as (keyof typeof rolePasswords)[]) {
      const client = await database.client(role);
      expect((await client.query("select current_user::text as me")).rows).toEqual([{ me: role }]);
    }
  });

  test("creates the database if it is absent, once, though ten try", async () => {
    const url = new URL(database.adminUrl);
    url.pathname = `/${database.name}_more`;
    await Promise.all(Array.from({ length: 10 }, () => provision(url.href, {})));
    const client = new Client({ connectionString: url.href });
    await client.connect();
    expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await client.end();
    await (await database.client()).query(`drop database ${database.name}_more`);
  });

  test("only the migrator may migrate, and everybody else is told why not", async () => {
    await assertMayMigrate(database.url("severalty_migrator"));
    await expect(assertMayMigrate(database.adminUrl)).rejects.toThrow(UnfitRoleError);
    for (const [role, { login }] of Object.entries(roles)) {
      if (!login || role === "severalty_migrator") continue;
      await expect(assertMayMigrate(database.url(role as keyof typeof roles))).rejects.toThrow(
        `the role ${role} may not migrate`,
      );
    }
  });
});
