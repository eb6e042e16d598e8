import type { EntityArguments } from "./entity-model.ts";
import { fieldTypes } from "./field.ts";
import { GeneratorError } from "./generator-error.ts";
import type { Given } from "./run-generator.ts";

/** What --help says. */
export const usage = `usage: pnpm gen entity NAME FIELD... [OPTIONS]

Writes a tenant-scoped entity, its router and its migration, and adds them to their registries. What it writes passes
lint, types and every test that walks the registries.

  NAME     singular, in kebab-case or camelCase: invoice, purchase-order
  FIELD    name:type, with a ? behind it when it may be left out. Types:

${Object.entries(fieldTypes)
  .map(([type, what]) => `             ${type.padEnd(12)}${what}`)
  .join("\n")}
             ref(table)  a row of that table, of the same tenant: the field is the name with Id

  --plural NAME  where the plural is not the name with s, es or ies
  --dry-run      print every file, and write none
  --help         this text

A shell takes ? and () for its own: put such fields in quotes.

  pnpm gen entity invoice number:text amount:decimal 'due:date?' 'customer:ref(teams)'`;

/** What an entity is made of. Throws `GeneratorError`. */
export const entityArguments = ({ positionals, values }: Given): EntityArguments => {
  const [kind, name, ...fields] = positionals;
  if (kind !== "entity") throw new GeneratorError(`what can be generated is an entity, got ${kind ?? "nothing"}`);
  if (name === undefined) throw new GeneratorError("an entity needs a name");
  return { name, fields, plural: values["plural"] };
};
