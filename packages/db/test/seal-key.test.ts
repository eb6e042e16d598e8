import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { enter, enteredTenant } from "../src/testing/enter.ts";
import { makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { TestDatabase } from "../src/testing/test-database.ts";

let database: TestDatabase;
let admin: Client;
let app: Client;
let us: MadeTenant;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  app = await database.client("severalty_app");
  us = await makeTenant(admin);
});
afterAll(() => database[Symbol.asyncDispose]());

test("every part of the sealed key counts: once any of them has changed, a seal made before yields no tenant", async () => {
  const { rows } = await admin.query<{ name: string }>(
    "select attname::text as name from pg_attribute where attrelid = 'sealed.keys'::regclass and atttypid = 'bytea'::regtype",
  );
  expect(rows.length).toBeGreaterThan(0);
  for (const { name } of rows) {
    await app.query("begin");
    await enter(app, us);
    expect(await enteredTenant(app)).toBe(us.tenantId);
    await admin.query(`update sealed.keys set ${name} = set_byte(${name}, 0, get_byte(${name}, 0) # 1)`);
    expect([name, await enteredTenant(app)]).toEqual([name, null]);
    await app.query("rollback");
  }
});
