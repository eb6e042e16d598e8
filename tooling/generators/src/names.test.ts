import { expect, test } from "vitest";
import { namesOf } from "./names.ts";

test("a name has every form that files, code and the database give it", () => {
  const names = {
    kebab: "purchase-order",
    camel: "purchaseOrder",
    pascal: "PurchaseOrder",
    kebabPlural: "purchase-orders",
    noun: "purchaseOrders",
    pascalPlural: "PurchaseOrders",
    table: "purchase_orders",
  };
  for (const given of ["purchase-order", "purchaseOrder", "PurchaseOrder"]) expect(namesOf(given)).toEqual(names);
});

test.each([
  ["invoice", "invoices"],
  ["category", "categories"],
  ["survey", "surveys"],
  ["address", "addresses"],
  ["tax", "taxes"],
  ["branch", "branches"],
  ["dish", "dishes"],
])("several of %s are %s", (name, table) => {
  expect(namesOf(name).table).toBe(table);
});

test("an irregular plural is given", () => {
  expect(namesOf("sales-person", "sales-people")).toMatchObject({ noun: "salesPeople", table: "sales_people" });
  expect(() => namesOf("sheep", "sheep")).toThrow("--plural must differ from the name, got sheep for both");
});

test.each([
  "",
  "2fa",
  "purchase order",
  "purchase_order",
  "-a",
  "a-",
  "a--b",
  "tier-2",
  "a-b",
  "é",
  "a.b",
  "../a",
  "ab;",
])("%j is no name, and the message says what one is", (given) => {
  expect(() => namesOf(given)).toThrow(
    `the name of an entity must be words in kebab-case or camelCase, each a letter and then letters or digits, and of one letter only the first, got ${JSON.stringify(given)}`,
  );
});

test("names of the language and words of SQL are refused", () => {
  expect(() => namesOf("promise")).toThrow("Promise is a name of JavaScript or TypeScript itself");
  expect(() => namesOf("record")).toThrow("Record is a name of JavaScript or TypeScript itself");
  expect(() => namesOf("row", "user")).toThrow("user is a reserved word of PostgreSQL and cannot name a table");
});
