import { resolve } from "node:path";
import { expect, test } from "vitest";
import { entityModel } from "./entity-model.ts";
import { readTargets } from "./targets.ts";

const targets = readTargets(resolve(import.meta.dirname, "../../.."));
const model = (name: string, ...fields: string[]) => entityModel({ name, fields }, targets);

test("a reference leads to the entity of its table, whose id is where it is defined", () => {
  expect(model("invoice", "customer:ref(teams)").fields).toEqual([
    {
      type: "ref",
      name: "customerId",
      relation: "customer",
      column: "customer_id",
      table: "teams",
      isOptional: false,
      target: { entity: "Team", file: "team", idType: "TeamId", idRule: "teamId", idModule: "@severalty/domain/ids" },
    },
  ]);
});

test("what has no composite key, and what is no table, can be no target, and the message names those that can", () => {
  for (const table of ["tenants", "identities", "audit_logs", "costumers"])
    expect(() => model("invoice", `customer:ref(${table})`)).toThrow(
      new RegExp(
        `^customer refers to ${table}, which is no table of a tenant. Tables are .*documents, .*teams, .*users`,
      ),
    );
});

test("a reference to the entity itself must be optional", () => {
  expect(model("invoice", "replaced:ref(invoices)?").fields).toMatchObject([{ name: "replacedId", target: undefined }]);
  expect(() => model("invoice", "replaced:ref(invoices)")).toThrow(
    "replaced refers to invoices itself, so it must be optional",
  );
});

test("an entity without a field, and one whose names PostgreSQL would cut off, are refused", () => {
  expect(() => model("invoice")).toThrow("Invoice needs at least one field, such as name:text");
  expect(() => model("outgoing-invoice-of-some-customer", "reference-at-the-customer:ref(teams)")).toThrow(
    "outgoing_invoice_of_some_customers_tenant_id_reference_at_the_customer_id_foreign has more than the 63 bytes",
  );
});
