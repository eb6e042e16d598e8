import type { EntityManager } from "@mikro-orm/postgresql";
import { createNewId, type TenantId } from "@severalty/domain/ids";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tenantEntities } from "../src/entities.ts";
import { Tenant } from "../src/entities/tenant.ts";
import type { Orm } from "../src/orm.ts";
import { withTenant } from "../src/tenancy/with-tenant.ts";
import {
  anyEntity,
  keyOf,
  makeChange,
  makeRow,
  makeRowData,
  nameOf,
  tableOf,
  type RowData,
} from "../src/testing/make-row.ts";
import { makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { outcomeOf, type Outcome } from "../src/testing/outcome.ts";
import { snapshot, type Snapshot } from "../src/testing/snapshot.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { isOnePerTenant, referencesWithinTenant, verbs, type Target, type Verb } from "./verbs.ts";

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

/** Undoes what was attempted, so that the next attempt meets the same tables. */
class Undo extends Error {}

/** In a transaction of the tenant that is rolled back. */
const inside = async <Result>(tenant: MadeTenant, attempt: (em: EntityManager) => Promise<Result>): Promise<Result> => {
  const results: Result[] = [];
  await withTenant(orm.em, tenant, occasion, async (em) => {
    results.push(await attempt(em));
    throw new Undo();
  }).catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error;
  });
  return results[0] as Result;
};

/** In a savepoint that is rolled back, so that one transaction serves many attempts. */
const within = (em: EntityManager, attempt: (em: EntityManager) => Promise<number>): Promise<Outcome> =>
  outcomeOf(async () => {
    let outcome = 0;
    await em
      .transactional(
        async (nested) => {
          outcome = await attempt(nested);
          throw new Undo();
        },
        { clear: true },
      )
      .catch((error: unknown) => {
        if (!(error instanceof Undo)) throw error;
      });
    return outcome;
  });

/** In a transaction that has entered no tenant. */
const outside = (attempt: (em: EntityManager) => Promise<number>): Promise<Outcome> =>
  outcomeOf(() => orm.em.fork().transactional(attempt));

const mayUse = async ({ meta }: Target, { needs }: Verb): Promise<boolean> => {
  const { rows } = await admin.query<{ may: boolean }>(
    "select bool_and(has_table_privilege('severalty_app', $1, need)) as may from unnest($2::text[]) need",
    [tableOf(meta), needs],
  );
  return rows[0]?.may === true;
};

/** Those on which the option has a bearing: without filters the others do what they do with them. */
const verbsFor = ({ filters }: { filters?: false }) =>
  everyVerb.filter(([, { isFiltered }]) => isFiltered || filters === undefined);

const byVerb = async (
  options: { filters?: false },
  attempt: (verb: Verb) => Promise<Outcome>,
): Promise<Record<string, Outcome>> => {
  const outcomes: Record<string, Outcome> = {};
  for (const [verbName, verb] of verbsFor(options)) outcomes[verbName] = await attempt(verb);
  return outcomes;
};

describe.each([Tenant, ...tenantEntities].map((entity) => ({ name: nameOf(entity), entity: anyEntity(entity) })))(
  "$name",
  ({ entity, name }) => {
    /** A row of each tenant, and one that never was. Made once: every attempt is refused or undone. */
    let ours: Target;
    let theirs: Target;
    let ghost: Target;
    /** For each reference a row of each tenant that it could lead to. */
    let links: { scalar: string; own: RowData; foreign: RowData }[];
    let before: Snapshot;
    beforeAll(async () => {
      ours = await makeTarget(us.tenantId);
      theirs = await makeTarget(them.tenantId);
      const { meta, row } = await makeTarget(them.tenantId, { isGhost: true });
      ghost = { ...theirs, row, key: keyOf(meta, row) };
      links = await Promise.all(
        referencesWithinTenant(meta).map(async ({ scalar, target }) => ({
          scalar,
          own: await makeRow(admin, orm, anyEntity(target.class), us.tenantId),
          foreign: await makeRow(admin, orm, anyEntity(target.class), them.tenantId),
        })),
      );
      before = await snapshot(admin, { except: us.tenantId });
    });

    const makeTarget = async (tenantId: TenantId, { isGhost = false } = {}): Promise<Target> => {
      const meta = orm.getMetadata().get(entity);
      const values = () => makeRowData(admin, orm, entity, tenantId);
      const isOnlyThought = isGhost || name === "Tenant";
      const row = isOnlyThought
        ? { ...(await values()), id: isGhost ? newId() : tenantId }
        : await makeRow(admin, orm, entity, tenantId);
      return { entity, meta, row, fresh: await values(), key: keyOf(meta, row), change: makeChange(meta) };
    };

    test("without a tenant no verb reaches anything", async () => {
      for (const [verbName, verb] of everyVerb) {
        expect([verbName, await outside((em) => verb.run(em, theirs, {}))]).toBeOneOf(
          (verb.isFiltered ? ["NoTenantError"] : [0, "42501"]).map((outcome) => [verbName, outcome]),
        );
      }
      for (const [, verb] of verbsFor({ filters: false }))
        expect([0, "42501"]).toContain(await outside((em) => verb.run(em, theirs, { filters: false })));
    });

    test.each([{}, { filters: false }] as const)(
      "of another tenant every verb finds what it finds of a row that never was, with %o",
      async (options) => {
        // Committed, so that what was changed would be seen.
        const found = await byVerb(options, (verb) =>
          outcomeOf(() => withTenant(orm.em, us, occasion, (em) => verb.run(em, theirs, options))),
        );
        for (const outcome of Object.values(found)) expect([0, "42501"]).toContain(outcome);
        const never = await inside(us, (em) =>
          byVerb(options, (verb) => within(em, (nested) => verb.run(nested, ghost, options))),
        );
        expect(never).toEqual(found);
      },
    );

    test.each([{}, { filters: false }] as const)(
      "of the own tenant every verb reaches one row where the role may, with %o",
      async (options) => {
        const reached = await inside(us, (em) =>
          byVerb(options, (verb) => within(em, (nested) => verb.run(nested, ours, options))),
        );
        const expected: Record<string, Outcome> = {};
        for (const [verbName, verb] of verbsFor(options)) {
          const isSecond = isOnePerTenant(ours.meta) && verbName.endsWith("insert");
          expected[verbName] = !(await mayUse(ours, verb)) ? "42501" : isSecond ? "23505" : 1;
        }
        expect(reached).toEqual(expected);
      },
    );

    test("an update that moves a row to another tenant is refused", async () => {
      const { meta, key } = ours;
      const tenant = name === "Tenant" ? "id" : "tenant_id";
      const outcome = await inside(us, (em) =>
        within(em, async (nested) => {
          const sql = `update ${tableOf(meta)} set ${tenant} = ? where id = ?`;
          const { affectedRows } = await nested.execute<{ affectedRows: number }>(sql, [newId(), key["id"]], "run");
          return affectedRows;
        }),
      );
      expect(outcome).toBe("42501");
    });

    test("a reference to a row of another tenant is refused as one to a row that never was", async () => {
      for (const { scalar, own, foreign } of links) {
        const link = (id: unknown): Promise<Outcome> =>
          inside(us, (em) => within(em, (nested) => nested.nativeUpdate(ours.entity, ours.key, { [scalar]: id })));
        // A check may forbid the link within the tenant too; then it stands before the key.
        const toOwn = await link(own["id"]);
        expect([1, "23514"]).toContain(toOwn);
        expect(await link(foreign["id"])).toBe(toOwn === 1 ? "23503" : toOwn);
        expect(await link(newId())).toBe(toOwn === 1 ? "23503" : toOwn);
      }
    });

    test("a search through a reference sees nothing of another tenant", async () => {
      for (const { name: reference, scalar } of referencesWithinTenant(theirs.meta)) {
        const through = (target: Target, options: { filters?: false }) => (em: EntityManager) =>
          em.count(entity, { [reference]: { id: target.row[scalar] ?? newId() } }, options);
        for (const options of [{}, { filters: false }] as const) {
          expect(await inside(us, (em) => within(em, through(theirs, options)))).toBe(0);
          expect(await inside(us, (em) => within(em, through(ours, options)))).toBe(
            ours.row[scalar] === undefined ? 0 : 1,
          );
        }
      }
    });

    test("after all these attempts nothing of another tenant has changed", async () => {
      expect(await snapshot(admin, { except: us.tenantId })).toEqual(before);
    });
  },
);
