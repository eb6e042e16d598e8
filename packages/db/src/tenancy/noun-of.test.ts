import { expect, test } from "vitest";
import { entities } from "../entities.ts";
import { nounOf, tableOf } from "./noun-of.ts";

test("every table has a noun of its own, which leads back to the table", () => {
  const tables = entities.map(({ meta }) => meta.tableName);
  expect(tables.map((table) => tableOf(nounOf(table)))).toEqual(tables);
});
