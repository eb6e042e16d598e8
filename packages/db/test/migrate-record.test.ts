import { describe, expect, test } from "vitest";
import { migrateDown, migrateUp, migrationPlan, migrationStates } from "../src/migrate.ts";
import { checkDatabase } from "../src/migration/check.ts";
import { checksumOf } from "../src/migration/checksum.ts";
import { EditedMigrationError, NewerDatabaseError, UnknownMigrationError } from "../src/migration/errors.ts";
import { migrations } from "../src/migrations.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { makeMigration } from "./make-migration.ts";

const names = migrations.map(({ name }) => name);
const executedIn = async (url: string) =>
  (await migrationStates(url)).flatMap(({ name, executedAt }) => (executedAt === null ? [] : [name]));

describe("to a name", () => {
  test("up stops after it, and down stops before it", async () => {
    await using database = await TestDatabase.create({ migrated: false });
    const url = database.url("severalty_migrator");
    const [first = "", second = ""] = names;
    expect(await migrateUp(url, { to: second })).toEqual([first, second]);
    expect(await migrateUp(url, { to: first })).toEqual([]);
    expect(await migrateUp(url)).toEqual(names.slice(2));
    expect(await migrateDown(url, { to: first })).toEqual(names.slice(1).toReversed());
    expect(await executedIn(url)).toEqual([first]);
    expect(await migrateDown(url, { to: second })).toEqual([]);
    expect(await migrateDown(url)).toEqual([first]);
  });

  test("that no migration has, nothing is touched, and the error names those there are", async () => {
    for (const run of [migrateUp, migrateDown, migrationPlan]) {
      const attempt = run("postgres://nobody@127.0.0.1:1/nowhere", { to: "0009_nothing" });
      await expect(attempt).rejects.toThrow(UnknownMigrationError);
      await expect(attempt).rejects.toThrow(`no migration is named 0009_nothing; there are ${names.join(", ")}`);
    }
  });
});

test("before the first migration the schema of the record is the owner's, so that functions in it can become his in any order", async () => {
  await using database = await TestDatabase.create({ migrated: false });
  const list = [
    makeMigration("1_one", [
      "create function app.one() returns int language sql as 'select 1'",
      "alter function app.one() owner to severalty_owner",
    ]),
  ];
  expect(await migrateUp(database.url("severalty_migrator"), { migrations: list })).toEqual(["1_one"]);
});

test("a plan is the SQL of what is pending, and runs none of it", async () => {
  await using database = await TestDatabase.create({ migrated: false });
  const url = database.url("severalty_migrator");
  const list = [
    makeMigration("1_one", ["create schema if not exists app", "create table app.one (id int)"]),
    makeMigration("2_two", ["create index concurrently one_id on app.one (id)"], { isTransactional: false }),
  ];
  const planned = [
    {
      name: "1_one",
      isTransactional: true,
      statements: ["create schema if not exists app", "create table app.one (id int)"],
    },
    { name: "2_two", isTransactional: false, statements: ["create index concurrently one_id on app.one (id)"] },
  ];
  expect(await migrationPlan(url, { migrations: list })).toEqual(planned);
  expect(await migrationPlan(url, { migrations: list, to: "1_one" })).toEqual(planned.slice(0, 1));
  const { rows } = await (await database.client()).query("select to_regnamespace('app') is null as absent");
  expect(rows).toEqual([{ absent: true }]);
  await migrateUp(url, { migrations: list });
  expect(await migrationPlan(url, { migrations: list })).toEqual([]);
});

describe("a checksum", () => {
  const up = ["create table app.one (\n  id int\n)"];

  test("is of the SQL in both directions, whatever its layout", async () => {
    const sum = await checksumOf(makeMigration("1_one", up, { down: ["drop table app.one"] }));
    expect(sum).toMatch(/^[0-9a-f]{64}$/);
    const sums = [
      makeMigration("9_other", [" create table app.one ( id int ) "], { down: ["drop table   app.one"] }),
      makeMigration("1_one", ["create table app.one (id bigint)"], { down: ["drop table app.one"] }),
      makeMigration("1_one", up, { down: ["drop table app.one cascade"] }),
      makeMigration("1_one", [...up, ...up], { down: ["drop table app.one"] }),
      makeMigration("1_one", up),
    ].map(checksumOf);
    expect((await Promise.all(sums)).map((other) => other === sum)).toEqual([true, false, false, false, false]);
  });

  test("is recorded with its migration, and given later to one recorded without", async () => {
    await using database = await TestDatabase.create();
    const admin = await database.client();
    const sums = async () =>
      (await admin.query("select name, checksum from app.migrations order by id")).rows as unknown[];
    const expected = await Promise.all(migrations.map(async (m) => ({ name: m.name, checksum: await checksumOf(m) })));
    expect(await sums()).toEqual(expected);
    const url = database.url("severalty_migrator");
    for (const sql of [
      "update app.migrations set checksum = null",
      "alter table app.migrations drop column checksum",
    ]) {
      await admin.query(sql);
      expect(await checkDatabase(url)).toEqual([]);
      expect(await executedIn(url)).toEqual(names);
      expect(await migrateUp(url)).toEqual([]);
      expect(await sums()).toEqual(expected);
    }
  });

  test("that differs from the recorded one stops up, and not down, which is a way out", async () => {
    await using database = await TestDatabase.create();
    const url = database.url("severalty_migrator");
    const admin = await database.client();
    const last = names.at(-1) ?? "";
    await admin.query("update app.migrations set checksum = repeat('0', 64) where name = $1", [last]);
    expect(await checkDatabase(url)).toEqual([{ kind: "edited", what: last }]);
    await expect(migrateUp(url)).rejects.toThrow(EditedMigrationError);
    await expect(migrateUp(url)).rejects.toThrow(`migrations that have run were edited: ${last}\n`);
    expect(await migrateDown(url)).toEqual([last]);
    expect(await migrateUp(url)).toEqual([last]);
    expect(await checkDatabase(url)).toEqual([]);
  });
});

test("a database with migrations unknown here is neither migrated nor taken back", async () => {
  await using database = await TestDatabase.create();
  const url = database.url("severalty_migrator");
  await migrateDown(url);
  await (await database.client()).query("insert into app.migrations (name) values ('9999_future')");
  for (const run of [migrateUp, migrateDown, migrationPlan]) {
    await expect(run(url)).rejects.toThrow(NewerDatabaseError);
    await expect(run(url)).rejects.toThrow(`its record names 9999_future, and the newest that this program knows is`);
  }
  expect(await executedIn(url)).toEqual(names.slice(0, -1));
  expect(await checkDatabase(url)).toEqual([
    { kind: "pending", what: names.at(-1) },
    { kind: "unknown", what: "9999_future" },
  ]);
});

test("what differs from the entities is found, with the statement that would mend it", async () => {
  await using database = await TestDatabase.create();
  const url = database.url("severalty_migrator");
  const admin = await database.client();
  await admin.query("alter table app.documents alter content drop not null");
  await admin.query("drop policy documents_severalty_app_policy on app.documents");
  const faults = await checkDatabase(url);
  expect(faults.map(({ kind }) => kind)).toEqual(["drift", "drift"]);
  expect(faults[0]?.what).toContain(`alter column "content" set not null`);
  expect(faults[1]?.what).toContain(`create policy "documents_severalty_app_policy"`);
});
