import type { EntityManager } from "@mikro-orm/postgresql";
import { isRaw, raw } from "@mikro-orm/postgresql";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { bind } from "../src/driver/bind.ts";
import { StatementShapes } from "../src/driver/statement-shapes.ts";
import { TenantPlatform } from "../src/driver/tenant-platform.ts";
import { AgentRole } from "../src/entities/agent-role.ts";
import { Document } from "../src/entities/document.ts";
import { createOrm } from "../src/orm.ts";
import { partsOf } from "../src/tenancy/condition-parts.ts";

// Nothing is sent: builders need no connection.
const orm = await createOrm({ url: "postgres://nobody@127.0.0.1:1/nowhere", applicationName: "severalty-test" });
const platform = new TenantPlatform();

const emOf = (tenantId: unknown): EntityManager => {
  const em = orm.em.fork();
  em.setFilterParams("tenant", { tenantId });
  return em;
};

const query = async (tenantId: unknown, condition: unknown, limit: unknown) => {
  const made = emOf(tenantId).createQueryBuilder(Document, "row").select(["id", "title"]);
  made.andWhere(condition as object);
  await made.applyFilters();
  return made.limit(limit as number).toQuery();
};

const text = fc.oneof(fc.string(), fc.constantFrom("?", "$1", "it's", "\\?", "\u0001x\u0002", "stand-in 0"));
const moment = fc.date({ noInvalidDate: true });
const filters = fc.record(
  {
    userId: fc.uuid(),
    parentId: fc.option(fc.uuid()),
    title: fc.oneof(
      text,
      fc.array(text, { minLength: 1, maxLength: 3 }),
      text.map(($ilike) => ({ $ilike })),
    ),
    createdAt: fc.oneof(
      moment.map(($gte) => ({ $gte })),
      fc.tuple(moment, moment).map(([$gte, $lt]) => ({ $gte, $lt })),
    ),
    version: fc.oneof(fc.nat(), fc.record({ $in: fc.array(fc.nat(), { maxLength: 3 }) })),
    $and: fc.array(
      text.map(($ilike) => ({ $or: [{ title: { $ilike } }, { content: { $ilike } }] })),
      { minLength: 1, maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);

test("a statement is the one that the builder would have made, whatever was asked before it", async () => {
  const shapes = new StatementShapes(platform);
  await fc.assert(
    fc.asyncProperty(fc.uuid(), filters, fc.integer({ min: 2, max: 101 }), async (tenantId, condition, limit) => {
      const parts = partsOf(condition);
      const statement = await shapes.statement(
        parts?.form ?? "",
        [tenantId, limit, ...(parts?.values ?? [])],
        ([tenant, count, ...values]) => query(tenant, parts?.withValues(values), count),
      );
      const { sql, params } = await query(tenantId, condition, limit);
      expect(statement).toEqual(bind(sql, params, platform));
    }),
    { numRuns: 1500, seed: 1 },
  );
});

test("a shape is built twice, the second time with other values, and then no more", async () => {
  const shapes = new StatementShapes(platform);
  const asked: unknown[][] = [];
  const ask = (...values: unknown[]) =>
    shapes.statement("title", values, async (given) => {
      asked.push([...given]);
      return query(given[0], { title: given[1] }, 1);
    });
  for (const [tenant, title] of [
    ["t1", "a"],
    ["t2", "b"],
    ["t3", "c"],
  ]) {
    const { sql, params } = await query(tenant, { title }, 1);
    expect(await ask(tenant, title)).toEqual(bind(sql, params, platform));
  }
  expect(asked).toHaveLength(2);
  expect(asked[1]).not.toEqual(expect.arrayContaining(["t1"]));
  expect(asked[1]).not.toEqual(expect.arrayContaining(["a"]));
});

test.each([
  ["texts", "a", "b", "c"],
  ["numbers", 1, 2.5, Number.NaN],
  ["dates", new Date(1), new Date(2), new Date(3)],
  ["bytes", Buffer.from("a"), Buffer.from("b"), Buffer.alloc(0)],
  ["lists", ["a"], ["b", "c"], []],
  ["objects", { a: 1 }, { b: [2] }, {}],
  ["lists of objects", [{ a: 1 }], [1, 2], [null]],
])("%s are of one shape, which is built for the first of them", async (_, ...values) => {
  const shapes = new StatementShapes(platform);
  let built = 0;
  const build = async ([value]: readonly unknown[]) => {
    built++;
    return { sql: "select ?", params: [Array.isArray(value) ? JSON.stringify(value) : value] };
  };
  for (const value of values) {
    const { sql, params } = await build([value]);
    built = 0;
    expect(await shapes.statement("one", [value], build)).toEqual(bind(sql, params, platform));
    expect(built).toBe(value === values[0] ? 2 : 0);
  }
});

test("a thousand shapes are kept, and of more the first are built anew", async () => {
  const shapes = new StatementShapes(platform);
  let built = 0;
  const ask = (shape: number) =>
    shapes.statement(`shape ${shape}`, ["a"], async (given) => {
      built++;
      return { sql: `select ? as number_${shape}`, params: given };
    });
  const countBuilt = async (shape: number): Promise<number> => {
    const before = built;
    await ask(shape);
    return built - before;
  };
  for (let shape = 0; shape <= 1000; shape++) await ask(shape);
  expect([await countBuilt(1000), await countBuilt(1), await countBuilt(0)]).toEqual([0, 0, 2]);
});

test("rows that are written keep their values: text, JSON, arrays, times, bytes and null", async () => {
  const shapes = new StatementShapes(platform);
  const json = fc.jsonValue().map((value) => ({ value }));
  const row = fc.record({
    id: fc.uuid(),
    name: text,
    capabilities: fc.array(text),
    defaultConfiguration: json,
    createdAt: moment,
  });
  await fc.assert(
    fc.asyncProperty(fc.uuid(), row, fc.option(text), async (tenantId, values, description) => {
      const names = [...Object.keys(values), "description", "tenantId"];
      const build = async (given: readonly unknown[]) =>
        emOf(tenantId)
          .createQueryBuilder(AgentRole, "row")
          .insert(Object.fromEntries(names.map((name, at) => [name, given[at]])) as never)
          .toQuery();
      const all = [...Object.values(values), description, tenantId];
      const { sql, params } = await build(all);
      expect(await shapes.statement("insert", all, build)).toEqual(bind(sql, params, platform));
    }),
    { numRuns: 500, seed: 1 },
  );
});

test("what a builder makes of a value by itself is not kept", async () => {
  const shapes = new StatementShapes(platform);
  const ask = async (value: string) =>
    (
      await shapes.statement("length", [value], async ([given]) => ({
        sql: "select ?",
        params: [String(given).length],
      }))
    ).parameters;
  expect([await ask("a"), await ask("abc"), await ask("ab")]).toEqual([[1], [3], [2]]);
});

test("a value of which nothing is known but that it is an object is not kept", async () => {
  const shapes = new StatementShapes(platform);
  const ask = async (...values: unknown[]) =>
    (await shapes.statement("values", values, async (given) => ({ sql: values.map(() => "?").join(), params: given })))
      .parameters;
  for (const made of [
    (of: string) => new Set([of]),
    (of: string) => new URL(`file:${of}`),
    (of: string) => raw("lower(?)", [of]),
  ]) {
    const [first, second] = [made("one"), made("another")];
    expect(await ask(first, "text")).toEqual(isRaw(first) ? ["one", "text"] : [first, "text"]);
    expect(await ask(second, "text")).toEqual(isRaw(second) ? ["another", "text"] : [second, "text"]);
  }
});

test("a condition with a raw fragment is not taken apart, because its values cannot be seen", () => {
  expect(partsOf({ id: { $eq: raw("lower(?)", ["x"]) } })).toBeUndefined();
  expect(partsOf({ $or: [{ title: "a" }, { [raw("lower(title)")]: "a" }] })).toBeUndefined();
});
