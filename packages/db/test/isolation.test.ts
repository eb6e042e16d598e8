import type { EntityManager } from "@mikro-orm/postgresql";
import { createNewId, type TenantId } from "@severalty/domain/ids";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tenantEntities } from "../src/entities.ts";
import { Tenant } from "../src/entities/tenant.ts";
import type { Orm } from "../src/orm.ts";
import { withTenant } from "../src/tenancy/with-tenant.ts";
import { anyEntity, keyOf, makeRow, makeRowData, nameOf, tableOf, type RowData } from "../src/testing/make-row.ts";
import { makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { outcomeOf, type Outcome } from "../src/testing/outcome.ts";
import { snapshot } from "../src/testing/snapshot.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { referencesWithinTenant, verbs, type Target, type Verb } from "./verbs.ts";

let database: TestDatabase;
let orm: Orm;
let admin: Client;
let us: MadeTenant;
let them: MadeTenant;
beforeAll(async () => {
  database = await TestDatabase.create();
  orm = await database.orm();
  admin = await database.client();
  us = await makeTenant(admin);
  them = await makeTenant(admin);
});
afterAll(() => database[Symbol.asyncDispose]());

const newId = createNewId();
const occasion = { requestId: "isolation", action: "isolation.test" };
const everyVerb = Object.entries(verbs);

/** Undoes the row of the attempt, so that the next one meets the same tables. */
class Undo extends Error {}

const inside = async (tenant: MadeTenant, attempt: (em: EntityManager) => Promise<number>): Promise<Outcome> => {
  let outcome: Outcome = "did not run";
  await withTenant(orm.em, tenant, occasion, async (em) => {
    outcome = await outcomeOf(() => attempt(em));
    throw new Undo();
  }).catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error;
  });
  return outcome;
};

const mayUse = async ({ meta }: Target, { needs }: Verb): Promise<boolean> => {
  const { rows } = await admin.query<{ may: boolean }>(
    "select bool_and(has_table_privilege('severalty_app', $1, need)) as may from unnest($2::text[]) need",
    [tableOf(meta), needs],
  );
  return rows[0]?.may === true;
};

describe.each([Tenant, ...tenantEntities].map((entity) => ({ name: nameOf(entity), entity: anyEntity(entity) })))(
  "$name",
  ({ entity, name }) => {
    /** A row of the tenant, or one that never was. Made once: every attempt is refused or undone. */
    const targetIn = (tenantId: TenantId, kind: "row" | "ghost"): Promise<Target> => {
      const which = `${kind} of ${tenantId}`;
      const target = targets.get(which) ?? makeTarget(tenantId, kind);
      targets.set(which, target);
      return target;
    };
    const targets = new Map<string, Promise<Target>>();

    const makeTarget = async (tenantId: TenantId, kind: "row" | "ghost"): Promise<Target> => {
      const meta = orm.getMetadata().get(entity);
      const values = () => makeRowData(admin, orm, entity, tenantId);
      const made = name === "Tenant" ? { ...(await values()), id: tenantId } : undefined;
      const row =
        kind === "ghost"
          ? { ...(await values()), id: newId() }
          : (made ?? (await makeRow(admin, orm, entity, tenantId)));
      const fresh = await values();
      const changeable = meta.props.find(
        ({ columnTypes, primary, nullable, default: preset, defaultRaw }) =>
          columnTypes[0] === "text" && primary !== true && nullable !== true && (preset ?? defaultRaw) === undefined,
      )?.name;
      if (changeable === undefined) throw new Error(`${name} has no text to change: teach this test another type`);
      return { entity, meta, row, fresh, key: keyOf(meta, row), change: { [changeable]: fresh[changeable] } };
    };

    test.each(everyVerb)("without a tenant, %s reaches nothing", async (_, verb) => {
      const target = await targetIn(them.tenantId, "row");
      const before = await snapshot(admin);
      const outcome = await outcomeOf(() => orm.em.fork().transactional((em) => verb.run(em, target, {})));
      expect(verb.isFiltered ? ["NoTenantError"] : [0, "42501"]).toContain(outcome);
      const unfiltered = await outcomeOf(() =>
        orm.em.fork().transactional((em) => verb.run(em, target, { filters: false })),
      );
      expect([0, "42501"]).toContain(unfiltered);
      expect(await snapshot(admin)).toEqual(before);
    });

    test.each(everyVerb)("of another tenant, %s finds what it finds of a row that never was", async (_, verb) => {
      const target = await targetIn(them.tenantId, "row");
      const ghost = await targetIn(them.tenantId, "ghost");
      const before = await snapshot(admin, { except: us.tenantId });
      for (const options of [{}, { filters: false }] as const) {
        const outcome = await outcomeOf(() => withTenant(orm.em, us, occasion, (em) => verb.run(em, target, options)));
        expect([0, "42501"]).toContain(outcome);
        expect(await inside(us, (em) => verb.run(em, ghost, options))).toBe(outcome);
      }
      expect(await snapshot(admin, { except: us.tenantId })).toEqual(before);
    });

    test.each(everyVerb)("of the own tenant, %s reaches one row where the role may", async (_, verb) => {
      const target = await targetIn(us.tenantId, "row");
      const expected = (await mayUse(target, verb)) ? 1 : "42501";
      const before = await snapshot(admin, { except: us.tenantId });
      expect(await inside(us, (em) => verb.run(em, target, {}))).toBe(expected);
      expect(await inside(us, (em) => verb.run(em, target, { filters: false }))).toBe(expected);
      expect(await snapshot(admin, { except: us.tenantId })).toEqual(before);
    });

    test("an update that moves a row to another tenant is refused", async () => {
      const { meta, key } = await targetIn(us.tenantId, "row");
      const tenant = name === "Tenant" ? "id" : "tenant_id";
      const outcome = await inside(us, async (em) => {
        const sql = `update ${tableOf(meta)} set ${tenant} = ? where id = ?`;
        const { affectedRows } = await em.execute<{ affectedRows: number }>(sql, [newId(), key["id"]], "run");
        return affectedRows;
      });
      expect(outcome).toBe("42501");
    });

    test("a reference to a row of another tenant is refused as one to a row that never was", async () => {
      const own = await targetIn(us.tenantId, "row");
      for (const { scalar, target } of referencesWithinTenant(own.meta)) {
        const foreign = await makeRow(admin, orm, anyEntity(target.class), them.tenantId);
        const link = async (id: unknown): Promise<Outcome[]> => {
          const row: RowData = { ...own.fresh, [scalar]: id };
          return [
            await inside(us, async (em) => {
              await em.insert(own.entity, row);
              return 1;
            }),
            await inside(us, (em) => em.nativeUpdate(own.entity, own.key, { [scalar]: id })),
          ];
        };
        const outcomes = await link(foreign["id"]);
        expect(outcomes).toEqual(["23503", "23503"]);
        expect(await link(newId())).toEqual(outcomes);
      }
    });

    test("a search through a reference sees nothing of another tenant", async () => {
      const theirs = await targetIn(them.tenantId, "row");
      const ours = await targetIn(us.tenantId, "row");
      for (const { name: reference, scalar } of referencesWithinTenant(theirs.meta)) {
        const through = (target: Target, options: { filters?: false }) => (em: EntityManager) =>
          em.count(entity, { [reference]: { id: target.row[scalar] ?? newId() } }, options);
        for (const options of [{}, { filters: false }] as const) {
          expect(await inside(us, through(theirs, options))).toBe(0);
          expect(await inside(us, through(ours, options))).toBe(ours.row[scalar] === undefined ? 0 : 1);
        }
      }
    });
  },
);
