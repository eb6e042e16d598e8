import type { EntityManager } from "@mikro-orm/postgresql";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tenantEntities } from "../src/entities.ts";
import { Tenant } from "../src/entities/tenant.ts";
import type { Orm } from "../src/orm.ts";
import { ReadRepository } from "../src/tenancy/tenant-repository.ts";
import { anyEntity, makeRow, nameOf, type RowData } from "../src/testing/make-row.ts";
import { makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { outcomeOf } from "../src/testing/outcome.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { referencesWithinTenant } from "./verbs.ts";

let database: TestDatabase;
let admin: Client;
/** Connects past row-level security, so that the filter stands alone. */
let bypassing: Orm;
let us: MadeTenant;
let them: MadeTenant;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  // An administrator's context without a seal: only the filter of teams reads it, which lets him see all of them.
  await admin.query(`alter database ${database.name} set "app.context" = '|||agency_admin|||'`);
  bypassing = await database.orm("severalty_migrator");
  us = await makeTenant(admin);
  them = await makeTenant(admin);
});
afterAll(() => database[Symbol.asyncDispose]());

const withFilter = (tenant: MadeTenant): EntityManager => {
  const em = bypassing.em.fork();
  em.setFilterParams("tenant", { tenantId: tenant.tenantId });
  return em;
};

/** Every read that the filter takes part in; each resolves to the rows that it saw. */
const reads: Record<string, (em: EntityManager, entity: ReturnType<typeof anyEntity>) => Promise<RowData[]>> = {
  find: (em, entity) => em.find(entity, {}),
  findAll: (em, entity) => em.findAll(entity),
  findByCursor: async (em, entity) =>
    (await em.findByCursor(entity, { where: {}, first: 100, orderBy: { id: "asc" } })).items,
  stream: async (em, entity) => {
    const rows: RowData[] = [];
    for await (const row of em.stream(entity, {})) rows.push(row);
    return rows;
  },
  populate: (em, entity) => {
    const populate = referencesWithinTenant(em.getMetadata().get(entity)).map(({ name }) => name);
    return em.find(entity, {}, { populate: populate as never[], strategy: "joined" });
  },
  "repository list": async (em, entity) => {
    const tenant = em.getMetadata().get(entity).className === "Tenant" ? "id" : "tenantId";
    return (await new ReadRepository(em, entity).list([tenant, "id"], { limit: 100 })).rows;
  },
};

describe.each([Tenant, ...tenantEntities].map((entity) => ({ name: nameOf(entity), entity: anyEntity(entity) })))(
  "$name, past row-level security",
  ({ entity, name }) => {
    const tenantOfRow = (row: RowData) => (name === "Tenant" ? row["id"] : row["tenantId"]);

    beforeAll(async () => {
      if (name === "Tenant") return;
      await makeRow(admin, bypassing, entity, us.tenantId);
      await makeRow(admin, bypassing, entity, them.tenantId);
    });

    test.each(Object.entries(reads))("the filter alone keeps %s within the tenant", async (_, read) => {
      const rows = await read(withFilter(us), entity);
      expect(rows.length).toBeGreaterThan(0);
      expect(new Set(rows.map(tenantOfRow))).toEqual(new Set([us.tenantId]));
    });

    test.each(Object.entries(reads))("%s without a tenant is refused before any SQL", async (_, read) => {
      const em = bypassing.em.fork();
      expect(
        await outcomeOf(async () => {
          return (await read(em, entity)).length;
        }),
      ).toBe("NoTenantError");
    });

    test("count, update and delete stay within the tenant", async () => {
      const em = withFilter(us);
      const theirs = { [name === "Tenant" ? "id" : "tenantId"]: them.tenantId };
      expect(await em.count(entity, theirs)).toBe(0);
      expect(await em.nativeDelete(entity, theirs)).toBe(0);
    });
  },
);

test("without the filter the same connection sees every tenant", async () => {
  const rows = await bypassing.em.fork().find(Tenant, {}, { filters: false });
  expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining([us.tenantId, them.tenantId]));
});
