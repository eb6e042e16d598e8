import { afterAll, beforeAll, expect, test } from "vitest";
import { entities } from "../src/entities.ts";
import { checkDatabase } from "../src/migration/check.ts";
import type { Orm } from "../src/orm.ts";
import { pendingMigrations } from "../src/schema-state.ts";
import { anyEntity, nameOf, tableOf } from "../src/testing/make-row.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { columnRows } from "./catalog.ts";

let database: TestDatabase;
let orm: Orm;
let columns: Awaited<ReturnType<typeof columnRows>>;
beforeAll(async () => {
  database = await TestDatabase.create();
  orm = await database.orm();
  columns = await columnRows(await database.client());
});
afterAll(() => database[Symbol.asyncDispose]());

test("C4: the migrations make the schema that the entities describe, and nothing more", async () => {
  expect(await checkDatabase(database.url("severalty_migrator"))).toEqual([]);
});

test.each(entities.map((entity) => ({ name: nameOf(entity), entity: anyEntity(entity) })))(
  "C4: $name has the columns of its table, by name, type and nullability",
  ({ entity }) => {
    const meta = orm.getMetadata().get(entity);
    const own = meta.props.filter(({ fieldNames, formula }) => fieldNames.length === 1 && formula === undefined);
    const described = own.map(({ fieldNames: [column], columnTypes: [type], nullable }) => ({
      column,
      type: spelledOut(type ?? ""),
      isNullable: nullable === true,
    }));
    const found = columns.filter(({ table }) => table === tableOf(meta));
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
  expect(await pendingMigrations(orm.em.fork())).toEqual([]);
});
