import { parseArgs } from "node:util";
import { fieldTypes } from "./field.ts";
import { GeneratorError } from "./generator-error.ts";

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

/** A command line that makes sense by itself. */
export interface Arguments {
  readonly name: string;
  readonly fields: readonly string[];
  readonly plural: string | undefined;
  readonly isDryRun: boolean;
}

/** Undefined when help is asked for. Throws `GeneratorError`. */
export const readArguments = (args: readonly string[]): Arguments | undefined => {
  const { positionals, values } = parse(args);
  if (values.help === true) return undefined;
  const [kind, name, ...fields] = positionals;
  if (kind !== "entity") throw new GeneratorError(`what can be generated is an entity, got ${kind ?? "nothing"}`);
  if (name === undefined) throw new GeneratorError("an entity needs a name");
  return { name, fields, plural: values.plural, isDryRun: values["dry-run"] ?? false };
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { plural: { type: "string" }, "dry-run": { type: "boolean" }, help: { type: "boolean" } },
    });
  } catch (error) {
    throw new GeneratorError(error instanceof Error ? error.message : String(error));
  }
};
