import type { EntityManager, EntityMetadata } from "@mikro-orm/postgresql";
import { columnOf, ownScalar, tableOf, type AnyEntity, type RowData } from "../src/testing/make-row.ts";

/** What a verb aims at. */
export interface Target {
  readonly entity: AnyEntity;
  readonly meta: EntityMetadata;
  /** Primary key of a row. */
  readonly key: RowData;
  /** Every value of that row. */
  readonly row: RowData;
  /** A new row that fits the same tenant. */
  readonly fresh: RowData;
  /** A property that may change, with its next value. */
  readonly change: RowData;
}

export interface Verb {
  /** Table privileges that the verb takes. */
  readonly needs: readonly string[];
  /** Whether the ORM's filter takes part. */
  readonly isFiltered: boolean;
  /** Resolves to how many rows it saw or changed. */
  run(em: EntityManager, target: Target, options: { filters?: false }): Promise<number>;
}

/** Every way in which the program reaches a table. */
export const verbs: Record<string, Verb> = {
  find: {
    needs: ["SELECT"],
    isFiltered: true,
    run: async (em, { entity, key }, options) => (await em.find(entity, key, options)).length,
  },
  count: {
    needs: ["SELECT"],
    isFiltered: true,
    run: (em, { entity, key }, options) => em.count(entity, key, options),
  },
  stream: {
    needs: ["SELECT"],
    isFiltered: true,
    run: async (em, { entity, key }, options) => {
      let seen = 0;
      for await (const _ of em.stream(entity, { where: key, ...options })) seen++;
      return seen;
    },
  },
  populate: {
    needs: ["SELECT"],
    isFiltered: true,
    run: async (em, { entity, meta, key }, options) => {
      const populate = referencesWithinTenant(meta).map(({ name }) => name) as never[];
      return (await em.find(entity, key, { ...options, populate, strategy: "select-in" })).length;
    },
  },
  insert: {
    needs: ["INSERT"],
    isFiltered: false,
    run: async (em, { entity, fresh }) => {
      await em.insert(entity, fresh);
      return 1;
    },
  },
  update: {
    needs: ["UPDATE"],
    isFiltered: true,
    run: (em, { entity, key, change }, options) => em.nativeUpdate(entity, key, change, options),
  },
  delete: {
    needs: ["DELETE"],
    isFiltered: true,
    run: (em, { entity, key }, options) => em.nativeDelete(entity, key, options),
  },
  upsert: {
    needs: ["INSERT", "UPDATE"],
    isFiltered: false,
    run: async (em, { entity, row, change }, options) => {
      await em.upsert(entity, { ...row, ...change }, { ...options });
      return 1;
    },
  },
  "query builder: select": {
    needs: ["SELECT"],
    isFiltered: false,
    run: async (em, { entity, key }) =>
      (await em.createQueryBuilder(entity).select("*").where(key).execute("all")).length,
  },
  "query builder: insert": {
    needs: ["INSERT"],
    isFiltered: false,
    run: async (em, { entity, fresh }) =>
      (await em.createQueryBuilder(entity).insert(fresh).execute("run")).affectedRows,
  },
  "query builder: update": {
    needs: ["UPDATE"],
    isFiltered: false,
    run: async (em, { entity, key, change }) =>
      (await em.createQueryBuilder(entity).update(change).where(key).execute("run")).affectedRows,
  },
  "query builder: delete": {
    needs: ["DELETE"],
    isFiltered: false,
    run: async (em, { entity, key }) => (await em.createQueryBuilder(entity).delete(key).execute("run")).affectedRows,
  },
  "SQL: select": {
    needs: ["SELECT"],
    isFiltered: false,
    run: async (em, { meta, key }) => {
      const [where, values] = condition(meta, key);
      return (await em.execute<unknown[]>(`select * from ${tableOf(meta)} where ${where}`, values)).length;
    },
  },
  "SQL: insert": {
    needs: ["INSERT"],
    isFiltered: false,
    run: async (em, { meta, fresh }) => {
      const names = Object.keys(fresh);
      const columns = names.map((name) => columnOf(meta, name)).join(", ");
      const values = names.map((name) => asArgument(fresh[name]));
      const sql = `insert into ${tableOf(meta)} (${columns}) values (${values.map(() => "?").join(", ")})`;
      return (await em.execute<{ affectedRows: number }>(sql, values, "run")).affectedRows;
    },
  },
  "SQL: update": {
    needs: ["UPDATE"],
    isFiltered: false,
    run: async (em, { meta, key, change }) => {
      const [where, values] = condition(meta, key);
      const [set, changed] = condition(meta, change);
      const sql = `update ${tableOf(meta)} set ${set} where ${where}`;
      return (await em.execute<{ affectedRows: number }>(sql, [...changed, ...values], "run")).affectedRows;
    },
  },
  "SQL: delete": {
    needs: ["DELETE"],
    isFiltered: false,
    run: async (em, { meta, key }) => {
      const [where, values] = condition(meta, key);
      const sql = `delete from ${tableOf(meta)} where ${where}`;
      return (await em.execute<{ affectedRows: number }>(sql, values, "run")).affectedRows;
    },
  },
};

/** References whose key includes the tenant: property, scalar beside it, and what they lead to. */
export const referencesWithinTenant = (meta: EntityMetadata) =>
  meta.relations.flatMap((reference) => {
    const { mapToPk, name, targetMeta } = reference;
    if (mapToPk === true || targetMeta === undefined) return [];
    return [{ name, scalar: ownScalar(meta, reference), target: targetMeta }];
  });

/** Whether a second row of a tenant is refused. */
export const isOnePerTenant = ({ uniques }: EntityMetadata): boolean =>
  uniques.some(({ properties }) => [properties].flat().join() === "tenantId");

const condition = (meta: EntityMetadata, data: RowData): [string, unknown[]] => [
  Object.keys(data)
    .map((name) => `${columnOf(meta, name)} = ?`)
    .join(" and "),
  Object.values(data).map(asArgument),
];

/** In raw SQL the caller writes JSON itself, and arrays (of words without commas). */
const asArgument = (value: unknown) => {
  if (Array.isArray(value)) return `{${value.join(",")}}`;
  if (typeof value !== "object" || value === null || value instanceof Date || Buffer.isBuffer(value)) return value;
  return JSON.stringify(value);
};
