import { migrations } from "@severalty/db/migrations";
import { provision } from "@severalty/db/provision";
import { rolePasswords } from "@severalty/db/testing/role-passwords";
import { beforeEach, describe, expect, test } from "vitest";
import { onlyInCi } from "@severalty/db/testing/only-in-ci";
import { makeFreshDatabase } from "./fresh-database.ts";
import { runMigrator } from "./run-migrator.ts";

beforeEach(onlyInCi);

const names = migrations.map(({ name }) => name);
const [first = "", second = ""] = names;
const executed = "select name from app.migrations order by id";
const asRows = (list: readonly string[]) => list.map((name) => ({ name }));

describe("down", () => {
  test.concurrent("takes back the newest, some, or all that are newer than a name", async () => {
    await using database = makeFreshDatabase();
    await runMigrator(database.env, ["up", "--to", second]);
    expect(await database.rows(executed)).toEqual(asRows([first, second]));
    const one = await runMigrator(database.env, ["down"]);
    expect(one).toEqual({ code: 0, stdout: `migrations: took back ${second}\n`, stderr: "" });
    await runMigrator(database.env, ["up"]);
    const some = await runMigrator(database.env, ["down", "--to", first]);
    expect(some.stdout).toBe(`migrations: took back ${names.slice(1).toReversed().join(", ")}\n`);
    const all = await runMigrator(database.env, ["down", "--steps", "9"]);
    expect(all.stdout).toBe(`migrations: took back ${first}\n`);
    expect((await runMigrator(database.env, ["down"])).stdout).toBe("migrations: nothing to take back\n");
  });

  test.concurrent("in production is refused before anything is touched, unless it is forced", async () => {
    await using database = makeFreshDatabase();
    await runMigrator(database.env, ["up"]);
    const env = { ...database.env, ENVIRONMENT: "production" };
    const refused = await runMigrator(env, ["down"]);
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("migrate: down is refused with ENVIRONMENT=production");
    expect(refused.stderr).toContain("--force-production");
    expect(await database.rows(executed)).toEqual(asRows(names));
    expect((await runMigrator(env, ["down", "--force-production"])).code).toBe(0);
    expect(await database.rows(executed)).toEqual(asRows(names.slice(0, -1)));
  });
});

test.concurrent("plan prints the SQL of what is pending, which psql can run, and runs nothing", async () => {
  await using database = makeFreshDatabase();
  await runMigrator(database.env, ["up", "--to", second]);
  const { code, stdout, stderr } = await runMigrator(database.env, ["plan"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(new RegExp(`^-- ${names[2]}\nbegin;\ncreate table app\\.documents \\(`));
  expect(await database.rows(executed)).toEqual(asRows([first, second]));
  for (const migration of stdout.split(/^-- .*$/m)) {
    // psql sends a statement at a time, on which one that runs outside a transaction relies.
    const isTransaction = migration.trimStart().startsWith("begin;");
    for (const sql of isTransaction ? [migration] : migration.split(/;$/m)) await database.rows(sql);
  }
  await runMigrator(database.env, ["up", "--to", second]);
  expect(await database.rows("select from app.documents")).toEqual([]);
});

test.concurrent("status, plan and check make neither roles nor a database", async () => {
  await using database = makeFreshDatabase();
  for (const command of ["status", "plan", "check"]) {
    expect((await runMigrator(database.env, [command])).code).toBe(3);
  }
  await expect(database.rows("select 1")).rejects.toThrow("does not exist");
});

test.concurrent("check exits 1 with every fault, and 0 when there is none", async () => {
  await using database = makeFreshDatabase();
  await provision(database.adminUrl, rolePasswords);
  const pending = await runMigrator(database.env, ["check"]);
  expect(pending).toEqual({ code: 1, stdout: names.map((name) => `pending  ${name}\n`).join(""), stderr: "" });
  await runMigrator(database.env, ["up"]);
  expect((await runMigrator(database.env, ["check"])).code).toBe(0);
  await database.rows("update app.migrations set checksum = repeat('0', 64) where name = $1", [first]);
  await database.rows("alter table app.documents alter title drop not null");
  const { code, stdout } = await runMigrator(database.env, ["check"]);
  expect(code).toBe(1);
  expect(stdout).toMatch(new RegExp(`^edited  ${first}\ndrift  alter table "app"."documents" .*set not null`));
});

describe("exit codes: each says what happened, the state, and what to do, for", () => {
  const lines = /\n {2}what happened: .+\n(.*\n)*? {2}the database: .+\n {2}what to do: .+\n$/;

  test.concurrent("a database newer than the program: 5", async () => {
    await using database = makeFreshDatabase();
    await runMigrator(database.env, ["up"]);
    await database.rows("insert into app.migrations (name) values ('9999_future')");
    for (const args of [["up"], ["down"], ["plan"], []]) {
      const { code, stdout, stderr } = await runMigrator(database.env, args);
      expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
      expect(stderr).toContain("its record names 9999_future");
      expect(stderr).toMatch(lines);
    }
  });

  test.concurrent("an edited migration: 6", async () => {
    await using database = makeFreshDatabase();
    await runMigrator(database.env, ["up"]);
    await database.rows("update app.migrations set checksum = repeat('0', 64) where name = $1", [first]);
    const { code, stderr } = await runMigrator(database.env, ["up"]);
    expect(code).toBe(6);
    expect(stderr).toContain(`migrate: migrations that have run were edited: ${first}\n`);
    expect(stderr).toMatch(lines);
  });

  test.concurrent("a failing statement: 7, and the next run goes on from there", async () => {
    await using database = makeFreshDatabase();
    const failing = "0003_documents";
    await runMigrator(database.env, ["up", "--to", first]);
    await database.rows("create table app.documents (id int)");
    const { code, stdout, stderr } = await runMigrator(database.env, ["up"]);
    expect({ code, stdout }).toEqual({ code: 7, stdout: "" });
    expect(stderr).toContain(`migrate: migration ${failing} failed at statement 1 of `);
    expect(stderr).toContain(`\n  statement: create table app.documents (\n`);
    expect(stderr).toContain(`\n  what happened: relation "documents" already exists (SQLSTATE 42P07)\n`);
    expect(stderr).toContain(`this run finished ${second} before it\n`);
    expect(stderr).toMatch(lines);
    await database.rows("drop table app.documents");
    expect((await runMigrator(database.env, ["up"])).stdout).toContain(
      `migrations: ran ${names.slice(names.indexOf(failing)).join(", ")}\n`,
    );
  });

  test.concurrent("a name that no migration has: 2, with the names there are", async () => {
    await using database = makeFreshDatabase();
    await provision(database.adminUrl, rolePasswords);
    for (const command of ["up", "down", "plan"]) {
      const { code, stderr } = await runMigrator(database.env, [command, "--to", "0009_nothing"]);
      expect(code).toBe(2);
      expect(stderr).toBe(`migrate: no migration is named 0009_nothing; there are ${names.join(", ")}\n`);
    }
  });
});
