import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toDomainError } from "../src/database-error.ts";
import { makeMember, makeTenant } from "../src/testing/make-tenant.ts";
import { TestDatabase } from "../src/testing/test-database.ts";

let database: TestDatabase;
let admin: Client;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
});
afterAll(() => database[Symbol.asyncDispose]());

const admins = async (tenantId: string): Promise<number> => {
  const { rowCount } = await admin.query(
    "select from app.users where tenant_id = $1 and role = 'agency_admin' and status = 'active'",
    [tenantId],
  );
  return rowCount ?? 0;
};

const losses: [string, string][] = [
  ["demoted", "update app.users set role = 'team_member' where id = $1"],
  ["disabled", "update app.users set status = 'disabled' where id = $1"],
  ["removed", "delete from app.users where id = $1"],
];

describe.each(losses)("an administrator %s", (_, loss) => {
  test("is refused when he is the last active one, and nothing is changed", async () => {
    const tenant = await makeTenant(admin);
    await admin.query("delete from app.documents where tenant_id = $1", [tenant.tenantId]);
    await makeMember(admin, tenant.tenantId, { role: "team_member" });
    const error = await admin.query(loss, [tenant.userId]).catch((caught: unknown) => caught);
    expect(toDomainError(error)?.reason).toBe("users/last-admin");
    expect(await admins(tenant.tenantId)).toBe(1);
  });

  test("is accepted while another active one is left", async () => {
    const tenant = await makeTenant(admin);
    const other = await makeMember(admin, tenant.tenantId);
    await admin.query(loss, [other.userId]);
    expect(await admins(tenant.tenantId)).toBe(1);
  });

  test.each(["read committed", "repeatable read", "serializable"])(
    "and at once the other one: one of the two stays, under %s",
    async (level) => {
      const tenant = await makeTenant(admin);
      await admin.query("delete from app.documents where tenant_id = $1", [tenant.tenantId]);
      const other = await makeMember(admin, tenant.tenantId);
      const [first, second] = [await database.client(), await database.client()];
      for (const client of [first, second]) {
        await client.query(`begin isolation level ${level}`);
        await client.query("select count(*) from app.users");
      }
      await first.query(loss, [tenant.userId]);
      const blocked = second.query(loss, [other.userId]).then(
        () => "accepted",
        () => "refused",
      );
      await first.query("commit");
      expect(await blocked).toBe("refused");
      await second.query("rollback");
      expect(await admins(tenant.tenantId)).toBe(1);
    },
  );
});

test("a whole tenant can still be erased, its administrators with it", async () => {
  const tenant = await makeTenant(admin);
  await makeMember(admin, tenant.tenantId);
  await admin.query("delete from app.tenants where id = $1", [tenant.tenantId]);
  const { rows } = await admin.query("select from sealed.admin_counts where tenant_id = $1", [tenant.tenantId]);
  expect([rows.length, await admins(tenant.tenantId)]).toEqual([0, 0]);
});

const miscounted = async (): Promise<unknown[]> => {
  const { rows } = await admin.query<object>(
    `select c.tenant_id from sealed.admin_counts c
     where c.active <> (select count(*) from app.users u
       where u.tenant_id = c.tenant_id and u.status = 'active' and u.role in ('agency_admin', 'admin'))`,
  );
  return rows;
};

test("whoever becomes what, from whatever he was, and is removed: the count is that of the active administrators", async () => {
  const { tenantId } = await makeTenant(admin);
  const standings = ["agency_admin", "admin", "team_member"].flatMap((role) =>
    ["active", "disabled"].map((status) => [role, status] as const),
  );
  for (const before of standings) {
    for (const after of standings) {
      const { userId } = await makeMember(admin, tenantId, { role: "team_member" });
      for (const [role, status] of [before, after]) {
        await admin.query("update app.users set role = $1, status = $2 where id = $3", [role, status, userId]);
        expect([before, after, await miscounted()]).toEqual([before, after, []]);
      }
      await admin.query("delete from app.users where id = $1", [userId]);
      expect([before, after, await miscounted()]).toEqual([before, after, []]);
    }
  }
});

test("after all of this the count of every tenant is the number of its active administrators", async () => {
  expect(await miscounted()).toEqual([]);
});
