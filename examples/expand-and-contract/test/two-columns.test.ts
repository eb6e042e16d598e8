import { migrateDown, migrateUp } from "@severalty/db/migrate";
import { enter } from "@severalty/db/testing/enter";
import { makeTenant, type MadeTenant } from "@severalty/db/testing/make-tenant";
import { TestDatabase } from "@severalty/db/testing/test-database";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrations as expand } from "../src/expand/migrations.ts";
import { migrations as move } from "../src/move/migrations.ts";

const database = await TestDatabase.create();
afterAll(() => database[Symbol.asyncDispose]());
const admin = await database.client();
const app = await database.client("severalty_app");
const url = database.url("severalty_migrator");
let [a, b]: MadeTenant[] = [];

/** One statement as that tenant, the way a server sends it; answers its rows. */
const as = async (tenant: MadeTenant | undefined, sql: string, values: readonly unknown[] = []): Promise<unknown[]> => {
  if (tenant === undefined) throw new Error("the tenants are not made yet");
  await app.query("begin");
  try {
    await enter(app, tenant);
    const { rows } = await app.query<Record<string, unknown>>(sql, [...values]);
    await app.query("commit");
    return rows;
  } catch (error) {
    await app.query("rollback");
    throw error;
  }
};

const insert = (tenant: MadeTenant | undefined, column: string, text: string) =>
  as(
    tenant,
    `insert into app.teams (tenant_id, id, created_at, updated_at, name, ${column})
     values ($1, gen_random_uuid(), now(), now(), $2, $2) returning description, purpose`,
    [tenant?.tenantId, text],
  );

const both = (text: string) => [{ description: text, purpose: text }];

beforeAll(async () => {
  [a, b] = [await makeTenant(admin), await makeTenant(admin)];
  for (const tenant of [a, b])
    for (const name of ["renamed", "left alone"])
      await as(
        tenant,
        `insert into app.teams (tenant_id, id, created_at, updated_at, name, description)
         values ($1, gen_random_uuid(), now(), now(), $2, 'old')`,
        [tenant?.tenantId, name],
      );
  await migrateUp(url, { migrations: expand });
});

test("whichever column a server writes, both have the text", async () => {
  expect(await insert(a, "description", "by an old server")).toEqual(both("by an old server"));
  expect(await insert(a, "purpose", "by a new server")).toEqual(both("by a new server"));
  const update = (column: string, name: string, text: string) =>
    as(a, `update app.teams set ${column} = $2 where name = $1 returning description, purpose`, [name, text]);
  expect(await update("purpose", "by an old server", "new")).toEqual(both("new"));
  expect(await update("description", "by a new server", "old")).toEqual(both("old"));
  expect(await update("description", "by an old server", "")).toEqual(both(""));
});

test("a row from before has both once anything of it is written", async () => {
  const rename = "update app.teams set name = 'other name' where name = 'renamed' returning description, purpose";
  expect(await as(a, rename)).toEqual(both("old"));
  const untouched = "select purpose from app.teams where name = 'left alone'";
  expect(await as(a, untouched)).toEqual([{ purpose: null }]);
});

test("the new column is behind the same walls", async () => {
  await insert(b, "purpose", "of b");
  expect(await as(a, "select from app.teams where purpose = 'of b'")).toEqual([]);
  expect(await as(a, "update app.teams set purpose = 'taken' where purpose = 'of b' returning id")).toEqual([]);
  await expect(
    as(
      a,
      `insert into app.teams (tenant_id, id, created_at, updated_at, name, purpose)
       values ($1, gen_random_uuid(), now(), now(), 'planted', 'planted')`,
      [b?.tenantId],
    ),
  ).rejects.toThrow("row-level security");
  await expect(as(a, "select app.teams_purpose_sync()")).rejects.toThrow("permission denied");
});

test("the backfill waits for no locked row, fills those of every tenant, and leaves version and time of change alone", async () => {
  const state = "select id, name, description, version, updated_at from app.teams order by id";
  const { rows: before } = await admin.query(state);
  await migrateUp(url, { migrations: move, to: "teams_purpose_check" });
  const holder = await database.client();
  await holder.query("begin; select from app.teams where name = 'left alone' limit 1 for update");
  const run = migrateUp(url, { migrations: move });
  const missing = async () =>
    (await admin.query("select tenant_id from app.teams where purpose is null")).rowCount ?? 0;
  await expect.poll(missing, { timeout: 10_000 }).toBe(1);
  await holder.query("rollback");
  expect(await run).toEqual(["teams_purpose_backfill", "teams_purpose_not_null"]);
  expect((await admin.query(state)).rows).toEqual(before);
  expect((await admin.query("select from app.teams where purpose is distinct from description")).rowCount).toBe(0);
  expect(await migrateDown(url, { migrations: move, steps: 4 })).toHaveLength(4);
  expect((await admin.query(state)).rows).toEqual(before);
});
