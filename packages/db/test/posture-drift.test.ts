import { MikroORM, SchemaGenerator } from "@mikro-orm/postgresql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { entities } from "../src/entities.ts";
import { pendingMigrations } from "../src/schema-state.ts";
import { anyEntity, nameOf, tableOf } from "../src/testing/make-row.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { columnRows } from "./catalog.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.create();
});
afterAll(() => database[Symbol.asyncDispose]());

test("C4: the migrations make the schema that the entities describe, and nothing more", async () => {
  const orm = await MikroORM.init({
    clientUrl: database.url("severalty_migrator"),
    entities: [...entities],
    extensions: [SchemaGenerator],
    logger: () => undefined,
    schemaGenerator: {
      // Keys, the record of migrations, functions and partitions are the migrations' own; see FACTS of MikroORM's comparator.
      ignoreSchema: ["sealed"],
      skipTables: ["migrations", "audit_logs", "audit_logs_default"],
      ignoreRoutines: true,
    },
  });
  try {
    expect(await orm.schema.getUpdateSchemaSQL({ wrap: false })).toBe("");
  } finally {
    await orm.close();
  }
});

test.each(entities.map((entity) => ({ name: nameOf(entity), entity: anyEntity(entity) })))(
  "C4: $name has the columns of its table, by name, type and nullability",
  async ({ entity }) => {
    const orm = await database.orm();
    const meta = orm.getMetadata().get(entity);
    const own = meta.props.filter(({ fieldNames }) => fieldNames.length === 1);
    const described = own.map(({ fieldNames: [column], columnTypes: [type], nullable }) => ({
      column,
      type: spelledOut(type ?? ""),
      isNullable: nullable === true,
    }));
    const found = (await columnRows(await database.client())).filter(({ table }) => table === tableOf(meta));
    expect(described.toSorted(byColumn)).toEqual(
      found.map(({ column, type, isNullable }) => ({ column, type, isNullable })).toSorted(byColumn),
    );
  },
);

const byColumn = (one: { column?: string | undefined }, other: { column?: string | undefined }) =>
  String(one.column) < String(other.column) ? -1 : 1;

/** As PostgreSQL prints a type. */
const spelledOut = (type: string): string =>
  type.replace("timestamptz(3)", "timestamp(3) with time zone").replace(/^int$/, "integer");

test("the server's role sees that no migration is pending", async () => {
  const orm = await database.orm();
  expect(await pendingMigrations(orm.em.fork())).toEqual([]);
});
