import { expect, test } from "vitest";
import { fieldTypes, parseFields } from "./field.ts";

test("every type makes a field, and a question mark makes it optional", () => {
  for (const type of Object.keys(fieldTypes)) {
    expect(parseFields([`dueOn:${type}`])).toEqual([{ type, name: "dueOn", column: "due_on", isOptional: false }]);
    expect(parseFields([`due-on:${type}?`])).toEqual([{ type, name: "dueOn", column: "due_on", isOptional: true }]);
  }
});

test("a reference has an id, a column and a name to join by", () => {
  expect(parseFields(["approver:ref(users)", "lead-buyer:ref(users)?"])).toEqual([
    { type: "ref", table: "users", isOptional: false, relation: "approver", name: "approverId", column: "approver_id" },
    {
      type: "ref",
      table: "users",
      isOptional: true,
      relation: "leadBuyer",
      name: "leadBuyerId",
      column: "lead_buyer_id",
    },
  ]);
});

test.each([
  ["amount", 'a field must be of the form name:type, got "amount". Types are text, integer, decimal,'],
  ["amount:", "a field must be of the form name:type"],
  ["amount:money", "the type of amount is unknown: money. Types are text, integer,"],
  ["amount:toString", "a field must be of the form name:type"],
  ["amount:text(20)", "the type of amount is unknown: text(20). Types are"],
  ["a b:text", "the name of a field must be words in kebab-case or camelCase"],
  ["order:integer", "order is a reserved word of PostgreSQL and cannot name a column"],
  ["version:integer", "version cannot name a field: every entity has it already"],
  ["tenant-id:integer", "tenantId cannot name a field: every entity has it already"],
  ["tenant:ref(teams)", "tenant cannot name a field: every entity has it already"],
  ["constructor:text", "constructor cannot name a field: every entity has it already"],
  ["customer:ref", "a reference must name a table, customer:ref(teams) for example"],
  ["customer:ref(app.teams)", "a reference must name a table"],
  ["customerId:ref(teams)", "a reference gets its Id by itself: write customer, not customerId"],
])("%s is refused, and the message says why", (spec, message) => {
  expect(() => parseFields([spec])).toThrow(message);
});

test("two fields of one name are refused, also where one is a reference's id", () => {
  expect(() => parseFields(["name:text", "name:json"])).toThrow("two fields are named name");
  expect(() => parseFields(["leadId:text", "lead:ref(users)"])).toThrow("two fields are named leadId");
});
