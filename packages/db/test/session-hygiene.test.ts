import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { enter, enteredTenant, enterKey } from "../src/testing/enter.ts";
import { makeKey, makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { errorWord } from "../src/testing/outcome.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { harmlessCategories, harmlessSettings } from "./harmless-settings.ts";

let database: TestDatabase;
let admin: Client;
let app: Client;
let us: MadeTenant;
let them: MadeTenant;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  us = await makeTenant(admin);
  them = await makeTenant(admin);
});
beforeEach(async () => {
  app = await database.client("severalty_app");
});
afterEach(() => app.end());
afterAll(() => database[Symbol.asyncDispose]());

const begin = (client: Client, access = "read write") => client.query(`begin ${access}`);
const valueOf = async (client: Client, sql: string): Promise<unknown> => {
  const { rows } = await client.query<{ value: unknown }>(`select (${sql}) as value`);
  return rows[0]?.value;
};

/** What an earlier borrower leaves, how it shows, and what is to be seen once the next one has entered. */
const leftovers: [string, string[], string, unknown][] = [
  ["a setting", ["set datestyle = 'German'"], "current_setting('datestyle')", "ISO, MDY"],
  ["a setting of its own", ["select set_config('app.loot', 'x', false)"], "current_setting('app.loot')", ""],
  ["a search path", ["set search_path = auth, app"], "current_setting('search_path')", "pg_catalog, pg_temp"],
  ["row security switched off", ["set row_security = off"], "current_setting('row_security')", "on"],
  ["a planner's choice", ["set enable_seqscan = off"], "current_setting('enable_seqscan')", "on"],
  [
    "a cursor that outlived its transaction",
    ["begin", "declare loot cursor with hold for select 1", "commit"],
    "select count(*)::int from pg_cursors where name = 'loot'",
    0,
  ],
  [
    "a session's lock",
    ["select pg_advisory_lock(7)"],
    "select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()",
    0,
  ],
];

describe.each(leftovers)("%s of an earlier borrower", (_, plant, seen, clean) => {
  test.each(["read write", "read only", "one read"])("is gone once a %s transaction has entered", async (access) => {
    for (const sql of plant) await app.query(sql);
    expect(await valueOf(app, seen)).not.toEqual(clean);
    await begin(app, access === "one read" ? "read write" : access);
    await (access === "one read" ? enterBy(app, "enter_to_read", us) : enter(app, us));
    expect(await valueOf(app, seen)).toEqual(clean);
    await app.query("commit");
  });
});

test("a channel that an earlier borrower listens to falls silent with the first transaction that enters", async () => {
  await app.query("listen loot");
  await begin(app);
  await enter(app, us);
  await app.query("commit");
  expect(await valueOf(app, "select count(*)::int from pg_listening_channels()")).toBe(0);
});

describe("statements prepared in SQL", () => {
  const preparing = ["prepare enter as select 1", `do $$ begin execute 'prepare q0 as select 1'; end $$`];
  const ways = ["enter", "enter_to_read"];

  test.each(preparing)("are refused by every way in where anybody may list names: %s", async (prepare) => {
    const other = await TestDatabase.create();
    const theirAdmin = await other.client();
    const tenant = await makeTenant(theirAdmin);
    await theirAdmin.query("grant execute on function pg_prepared_statement() to public");
    for (const way of ways) {
      const client = await other.client("severalty_app");
      await client.query({ name: "the driver's own", text: "select 1" });
      await enterBy(client, way, tenant);
      await client.query(prepare);
      expect(await enterBy(client, way, tenant).catch(errorWord)).toBe("SV005");
      expect(await valueOf(client, "select count(*)::int from pg_prepared_statements where from_sql")).toBe(1);
    }
    await other[Symbol.asyncDispose]();
  });

  test("are let be where nobody may, since names that cannot be listed cannot be taken", async () => {
    await app.query("prepare enter as select 1");
    for (const way of ways) await enterBy(app, way, us);
    expect(await app.query("select from pg_prepared_statements").catch(errorWord)).toBe("42501");
  });
});

const enterBy = (client: Client, way: string, { sessionId, userId, tenantId, role }: MadeTenant) =>
  client.query(`select app.${way}($1, $2, $3, $4, 'request-1', 'tests.enter')`, [sessionId, userId, tenantId, role]);

test("a connection with temporary objects is refused, by every way in", async () => {
  const key = await makeKey(admin, us);
  await admin.query(`grant temporary on database ${database.name} to severalty_app`);
  await app.query("create temporary table documents (id int)");
  await admin.query(`revoke temporary on database ${database.name} from severalty_app`);
  for (const way of [() => enter(app, us), () => enterKey(app, key.keyHash), () => enterBy(app, "enter_to_read", us)]) {
    await begin(app);
    expect(await way().catch(errorWord)).toBe("SV005");
    await app.query("rollback");
  }
});

test("what a role made its own default changes nothing that a statement means, also after it took it back", async () => {
  const poison = {
    DateStyle: "German",
    TimeZone: "Asia/Tokyo",
    bytea_output: "escape",
    search_path: "auth",
    transform_null_equals: "on",
  };
  // In this database alone: the role is everybody's.
  const alter = `alter role severalty_app in database ${database.name}`;
  for (const [name, value] of Object.entries(poison)) await app.query(`${alter} set ${name} = '${value}'`);
  const poisoned = await database.client("severalty_app");
  expect(await valueOf(poisoned, "current_setting('datestyle')")).toBe("German, DMY");
  for (const name of Object.keys(poison)) await app.query(`${alter} reset ${name}`);
  await begin(poisoned);
  await enter(poisoned, us);
  const seen = await Promise.all(Object.keys(poison).map((name) => valueOf(poisoned, `current_setting('${name}')`)));
  expect(seen).toEqual(["ISO, MDY", "UTC", "hex", "pg_catalog, pg_temp", "off"]);
});

test("every setting that a role may choose is pinned on entering, or listed as harmless", async () => {
  const { rows } = await admin.query<{ name: string; category: string }>(
    "select name, category from pg_settings where context = 'user' order by name",
  );
  for (const way of ["begin_entry", "enter_to_read"]) {
    const definition = await valueOf(
      admin,
      `select pg_get_functiondef(oid) from pg_proc where pronamespace = 'app'::regnamespace and proname = '${way}'`,
    );
    const left = rows
      .filter(({ category }) => !harmlessCategories.some((harmless) => category.startsWith(harmless)))
      .filter(({ name }) => !(name in harmlessSettings))
      .filter(({ name }) => !String(definition).includes(`set_config('${name}'`));
    expect(left).toEqual([]);
  }
});

describe("a second entry in one transaction is refused", () => {
  const wipes: [string, string[]][] = [
    ["as it stands", []],
    ["after its context was cleared", ["select set_config('app.context', '', true)"]],
    ["after everything was reset", ["reset all"]],
  ];
  test.each(wipes)("%s", async (_, wipe) => {
    await begin(app);
    await enter(app, us);
    for (const sql of wipe) await app.query(sql);
    expect(await enter(app, them).catch(errorWord)).toBe("SV003");
  });

  test.each(["enter", "enter_to_read"])("to read, after %s, by the same as by another", async (first) => {
    for (const who of [us, them]) {
      await begin(app);
      await enterBy(app, first, us);
      expect(await enterBy(app, "enter_to_read", who).catch(errorWord)).toBe("SV003");
      await app.query("rollback");
    }
  });

  test("to read, after something else was written", async () => {
    await begin(app);
    await app.query("select pg_current_xact_id()");
    expect(await enterBy(app, "enter_to_read", us).catch(errorWord)).toBe("SV003");
  });

  const forged = `00000000-0000-4000-8000-000000000000|${"|".repeat(6)}${"0".repeat(64)}`;
  test.each(["x", "\u00e9|".repeat(90), "-".repeat(120), forged])(
    "unless what was left for one is none: %s",
    async (context) => {
      for (const way of ["enter", "enter_to_read"]) {
        await app.query("select set_config('app.context', $1, false)", [context]);
        await begin(app);
        await enterBy(app, way, us);
        expect(await enteredTenant(app)).toBe(us.tenantId);
        await app.query("rollback");
      }
    },
  );

  test("after the first was rolled back to a savepoint", async () => {
    await begin(app);
    await app.query("savepoint first");
    await enter(app, us);
    await app.query("rollback to first");
    expect(await enteredTenant(app)).toBeNull();
    expect(await enter(app, them).catch(errorWord)).toBe("SV003");
  });

  test("when it may only read", async () => {
    await begin(app, "read only");
    await enter(app, us);
    expect(await enter(app, them).catch(errorWord)).toBe("SV003");
  });

  test("but one that was refused may be tried again", async () => {
    await begin(app);
    await app.query("savepoint first");
    expect(await enter(app, { ...us, userId: them.userId }).catch(errorWord)).toBe("SV001");
    await app.query("rollback to first");
    await enter(app, us);
    expect(await enteredTenant(app)).toBe(us.tenantId);
  });
});
