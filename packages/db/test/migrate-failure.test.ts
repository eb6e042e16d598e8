import type { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { onlyInCi } from "../src/testing/only-in-ci.ts";
import { migrateDown, migrateUp } from "../src/migrate.ts";
import { LockLostError, MigrationFailedError } from "../src/migration/errors.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { makeMigration } from "./make-migration.ts";

beforeEach(onlyInCi);

let database: TestDatabase;
let url: string;
let admin: Client;
beforeEach(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  url = database.url("severalty_migrator");
  await (await database.client()).query("truncate app.migrations");
});
afterEach(() => database[Symbol.asyncDispose]());

const failureOf = async (run: Promise<unknown>): Promise<MigrationFailedError> => {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(MigrationFailedError);
  return error as MigrationFailedError;
};

const one = makeMigration("1_one", ["create table app.one (id int)"], { down: ["drop table app.one"] });

test("a failing statement is told with its migration, the server's words, the state and what to do", async () => {
  const two = makeMigration("2_two", [
    "create table app.two (id int)",
    "insert into app.two\n  select 1",
    "alter role severalty_app password 'this-secret-is-never-shown' nonsense\n  more",
  ]);
  const error = await failureOf(migrateUp(url, { migrations: [one, two] }));
  expect(error.message).toBe(`migration 2_two failed at statement 3 of 3
  statement: alter role severalty_app password '…' nonsense
  what happened: unrecognized role option "nonsense" (SQLSTATE 42601)
  the database: as before this migration, which was rolled back; this run finished 1_one before it
  what to do: mend the cause, then run up again, which goes on with 2_two`);
  expect((await admin.query("select name from app.migrations")).rows).toEqual([{ name: "1_one" }]);
  expect((await admin.query("select to_regclass('app.two') as two")).rows).toEqual([{ two: null }]);
  const mended = makeMigration("2_two", ["create table app.two (id int)"]);
  expect(await migrateUp(url, { migrations: [one, mended] })).toEqual(["2_two"]);
});

test("values that a data error quotes are not shown", async () => {
  const bad = makeMigration("1_bad", ["select 'this-secret-is-never-shown'::int"]);
  const { message } = await failureOf(migrateUp(url, { migrations: [bad] }));
  expect(message).toContain(`what happened: invalid input syntax for type integer: "…" (SQLSTATE 22P02)`);
  expect(message).not.toContain("this-secret-is-never-shown");
});

test("a migration without down cannot be taken back, which changes nothing", async () => {
  const two = makeMigration("2_two", ["create table app.two (id int)"]);
  await migrateUp(url, { migrations: [one, two] });
  const { message } = await failureOf(migrateDown(url, { migrations: [one, two], steps: 2 }));
  expect(message).toContain("migration 2_two failed before its first statement, while it was taken back");
  expect(message).toContain("what happened: it has no `down`: it cannot be taken back");
  expect(message).toContain("the database: as before this migration; this run changed nothing before it");
});

test("a statement that takes longer than it may is ended", async () => {
  const slow = makeMigration("1_slow", ["select pg_sleep(60)"]);
  const error = await failureOf(migrateUp(url, { migrations: [slow], statementTimeoutMs: 1_000 }));
  expect(error.sqlstate).toBe("57014");
  expect(error.message).toContain("give it more time (STATEMENT_TIMEOUT_MS)");
});

describe("a lock that another session holds", () => {
  const alters = makeMigration("1_alters", ["alter table app.documents add column more text null"]);

  test("is waited for a second at a time, and the migration tried again until it is free", async () => {
    const holder = await database.client();
    await holder.query("begin; lock table app.documents in access share mode");
    const said: string[] = [];
    const say = (line: string) => {
      said.push(line);
      void holder.query("rollback");
    };
    expect(await migrateUp(url, { migrations: [alters], say })).toEqual(["1_alters"]);
    expect(said).toEqual(["migration 1_alters: another session holds a lock it needs; attempt 1 of 12"]);
  });

  test("on the record is waited for as well", async () => {
    const holder = await database.client();
    await (await database.client()).query("alter table app.migrations drop column checksum");
    await holder.query("begin; lock table app.migrations in access share mode");
    const said: string[] = [];
    const say = (line: string) => {
      said.push(line);
      void holder.query("rollback");
    };
    await expect(migrateUp(url, { migrations: [one], lockAttempts: 1 })).rejects.toThrow(
      "the record of migrations, app.migrations, could not be made ready",
    );
    expect(await migrateUp(url, { migrations: [one], say })).toEqual(["1_one"]);
    expect(said).toEqual(["the record: another session holds a lock it needs; attempt 1 of 12"]);
  });

  test("for too long ends the run, saying who to look for", async () => {
    const holder = await database.client();
    await holder.query("begin; lock table app.documents in access share mode");
    const error = await failureOf(migrateUp(url, { migrations: [alters], lockAttempts: 2 }));
    expect(error.sqlstate).toBe("55P03");
    expect(error.message).toContain("what happened: canceling statement due to lock timeout (SQLSTATE 55P03)");
    expect(error.message).toContain("what to do: find who holds the lock");
  });
});

test("a database's own limits end neither a migrator that waits for a long migration, nor the migration", async () => {
  const name = admin.escapeIdentifier(database.name);
  await admin.query(
    `alter database ${name} set idle_session_timeout = '2s'; alter database ${name} set statement_timeout = '2s';
     alter database ${name} set idle_in_transaction_session_timeout = '2s'`,
  );
  const slow = makeMigration("1_slow", ["select pg_sleep(3)", "create table app.after_all (id int)"]);
  const runs = await Promise.all([1, 2].map(() => migrateUp(url, { migrations: [slow] })));
  expect(runs.flat()).toEqual(["1_slow"]);
});

test("what the server still does for a migrator that was killed is ended before the next begins", async () => {
  const orphan = await database.client("severalty_migrator");
  await orphan.query("set application_name = 'severalty-migrator'");
  await orphan.query("begin; create table app.one (id int); set lock_timeout = 0");
  const holder = await database.client();
  await holder.query("begin; lock table app.documents in access exclusive mode");
  const working = orphan.query("lock table app.documents").catch((error: unknown) => error);
  const said: string[] = [];
  expect(await migrateUp(url, { migrations: [one], say: (line) => void said.push(line) })).toEqual(["1_one"]);
  expect(said).toEqual(["the server still worked for a migrator that is gone: ended"]);
  expect(await working).toMatchObject({ code: "57P01" });
});

test("a migrator whose own lock is lost starts no further migration", async () => {
  const loses = makeMigration("1_loses", [
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where datname = current_database() and application_name = 'severalty-migrator-lock'`,
  ]);
  const after = makeMigration("2_after", ["create table app.after_all (id int)"]);
  const attempt = migrateUp(url, { migrations: [loses, after] });
  await expect(attempt).rejects.toThrow(LockLostError);
  await expect(attempt).rejects.toThrow("the database: this run finished 1_loses, and nothing is half done");
  expect(await migrateUp(url, { migrations: [loses, after], to: "1_loses" })).toEqual([]);
  expect(await migrateUp(url, { migrations: [loses, after] })).toEqual(["2_after"]);
});

describe("a migration without a transaction", () => {
  const unique = makeMigration(
    "2_unique",
    ["drop index concurrently if exists app.one_id_key", "create unique index concurrently one_id_key on app.one (id)"],
    { isTransactional: false, down: ["drop index concurrently if exists app.one_id_key"] },
  );
  const list = [one, unique];

  test("makes and drops an index concurrently", async () => {
    expect(await migrateUp(url, { migrations: list })).toEqual(["1_one", "2_unique"]);
    expect(await migrateDown(url, { migrations: list, steps: 2 })).toEqual(["2_unique", "1_one"]);
  });

  test("waits for older transactions beyond the lock timeout, and its successor has the timeout again", async () => {
    const after = makeMigration("3_after", [
      "create table app.settings as select current_setting('lock_timeout') as lock",
    ]);
    await migrateUp(url, { migrations: [one] });
    const older = await database.client();
    await older.query("begin; insert into app.one values (1)");
    const run = migrateUp(url, { migrations: [...list, after] });
    const waits =
      "select from pg_stat_activity where wait_event_type = 'Lock' and query like 'create unique%' and now() - query_start > '1.2 s'";
    await expect.poll(async () => (await admin.query(waits)).rowCount, { timeout: 10_000 }).toBe(1);
    await older.query("commit");
    expect(await run).toEqual(["2_unique", "3_after"]);
    expect((await admin.query("select lock from app.settings")).rows).toEqual([{ lock: "1s" }]);
  });

  test("that fails says which statements are in effect, and run again replaces the invalid index", async () => {
    await migrateUp(url, { migrations: [one] });
    await admin.query("insert into app.one values (1), (1)");
    const { message } = await failureOf(migrateUp(url, { migrations: list }));
    expect(message).toContain("migration 2_unique failed at statement 2 of 2");
    expect(message).toContain("1 of its 2 statements are in effect, because it has no transaction of its own");
    const index = "select indisvalid as valid from pg_index where indexrelid = 'app.one_id_key'::regclass";
    expect((await admin.query(index)).rows).toEqual([{ valid: false }]);
    await admin.query("delete from app.one");
    expect(await migrateUp(url, { migrations: list })).toEqual(["2_unique"]);
    expect((await admin.query(index)).rows).toEqual([{ valid: true }]);
  });
});
