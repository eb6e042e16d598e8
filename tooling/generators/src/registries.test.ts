import { expect, test } from "vitest";
import { namesOf } from "./names.ts";
import { entityRegistries, migrationRegistry } from "./registries.ts";

const [entities, root, permission] = entityRegistries(namesOf("invoice"));

test("an entity is imported in order and stands last in the list, however that is broken into lines", () => {
  const before = `import { Document } from "./entities/document.ts";\nimport { Team } from "./entities/team.ts";\n\n`;
  const after = `import { Document } from "./entities/document.ts";\nimport { Invoice } from "./entities/invoice.ts";\nimport { Team } from "./entities/team.ts";\n\n`;
  expect(entities?.add(`${before}export const tenantEntities: readonly EntitySchema[] = [Team, Document];\n`)).toBe(
    `${after}export const tenantEntities: readonly EntitySchema[] = [Team, Document,\nInvoice,];\n`,
  );
  expect(
    entities?.add(`${before}export const tenantEntities: readonly EntitySchema[] = [\n  Team,\n  Document,\n];\n`),
  ).toBe(`${after}export const tenantEntities: readonly EntitySchema[] = [\n  Team,\n  Document,\nInvoice,];\n`);
});

const listed = (name: string) =>
  `import { A } from "./a.ts";\nexport const tenantEntities: readonly EntitySchema[] = [User, ${name}];\n`;

test("what stands in a list already is refused; a longer name that holds it is not", () => {
  expect(() => entities?.add(listed("Invoice"))).toThrow("packages/db/src/entities.ts lists Invoice already");
  expect(entities?.add(listed("InvoiceLine"))).toContain("InvoiceLine,\nInvoice,]");
  expect(() => permission?.add("const access = {\n  invoices: { read: members },\n} as const;\n")).toThrow(
    "packages/domain/src/permission.ts lists invoices already",
  );
});

test("a registry that has no such list is named, with what was looked for", () => {
  expect(() => root?.add("export const appRouter = merge();\n")).toThrow(
    "packages/api/src/root.ts has no list that begins with `export const appRouter = router({`",
  );
});

test("a migration is listed last, and imported behind the one before", () => {
  const { add } = migrationRegistry({ name: "0002_invoices", className: "Invoices" });
  expect(
    add(
      `import { A } from "./migrations/0001-a.ts";\n\nexport const migrations = [\n  { name: "0001_a", class: A },\n];\n`,
    ),
  ).toBe(
    `import { A } from "./migrations/0001-a.ts";\nimport { Invoices } from "./migrations/0002-invoices.ts";\n\nexport const migrations = [\n  { name: "0001_a", class: A },\n  { name: "0002_invoices", class: Invoices },\n];\n`,
  );
});
