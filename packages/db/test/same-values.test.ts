import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keysAcrossTenants } from "../src/doctor/expected.ts";
import { tenantEntities } from "../src/entities.ts";
import type { Orm } from "../src/orm.ts";
import { anyEntity, makeRow, nameOf, tableOf } from "../src/testing/make-row.ts";
import { makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { indexesOf } from "./catalog.ts";

let database: TestDatabase;
let admin: Client;
let orm: Orm;
let us: MadeTenant;
let them: MadeTenant;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  orm = await database.orm("severalty_migrator");
  us = await makeTenant(admin);
  them = await makeTenant(admin);
  // Neither references nor triggers: the copies refer to rows that their tenant does not have.
  await admin.query("set session_replication_role = replica");
});
afterAll(() => database[Symbol.asyncDispose]());

/** Columns of keys that hold across tenants, with a value that nobody has. */
const across = async (table: string): Promise<Record<string, string>> => {
  const keys = (await indexesOf(admin, table)).filter(({ name }) => name in keysAcrossTenants);
  return Object.fromEntries(
    keys.flatMap(({ columns }) => columns.map((column) => [column, String.raw`\x${"0f".repeat(32)}`])),
  );
};

/** A key without the tenant would refuse one tenant what another has, and so tell that another has it. */
describe.each(tenantEntities.map((entity) => ({ name: nameOf(entity), entity: anyEntity(entity) })))(
  "$name",
  ({ entity }) => {
    test("two tenants may have rows that differ in nothing but the tenant", async () => {
      const meta = orm.getMetadata().get(entity);
      const table = tableOf(meta);
      const row = await makeRow(admin, orm, entity, us.tenantId);
      const changes = { ...(await across(table)), tenant_id: them.tenantId };
      const { rowCount } = await admin.query(
        `insert into ${table} select (jsonb_populate_record(own, $1)).* from ${table} own where tenant_id = $2 and id = $3`,
        [changes, us.tenantId, row["id"]],
      );
      expect(rowCount).toBe(1);
    });
  },
);
