import { permissions, type Permission } from "@severalty/domain/permission";
import type { Case } from "./cases.ts";
import { idFieldsOf, inputFieldsOf, type FieldSchema } from "./input-schema.ts";
import { isNoun } from "./plain-row.ts";
import type { World } from "./world.ts";

/** Verbs whose meaning is the same for every noun, and what each takes. */
const verbs: Readonly<Record<string, "read" | "write">> = {
  list: "read",
  byId: "read",
  create: "write",
  update: "write",
  remove: "write",
};

/**
 * Cases of the procedures that are a plain verb of a tenant-scoped entity, made of their inputs' schemas and of a row of theirs; none
 * of any other. A procedure whose input needs more than its schema tells has an entry in `cases.ts`.
 */
export const plainCases = (paths: readonly string[]): Readonly<Record<string, Case>> =>
  Object.fromEntries(
    paths.flatMap((path) => {
      const [noun = "", verb = ""] = path.split(".");
      const kind = verbs[verb];
      return kind === undefined || !isNoun(noun) ? [] : [[path, plainCase(path, noun, kind)]];
    }),
  );

const plainCase = (path: string, noun: string, kind: "read" | "write"): Case => ({
  kind: "tenant",
  noun,
  permission: permissionOf(noun, kind),
  input: path.endsWith(".list") ? () => ({ limit: 5 }) : ({ row }) => inputOf(path, row),
  foreign: Object.fromEntries(
    idFieldsOf(path).map((field) => [field, ({ row }) => ({ [field]: idFor(path, field, row) })]),
  ),
});

const permissionOf = (noun: string, kind: string): Permission => {
  const found = permissions.find((permission) => permission === `${noun}.${kind}`);
  if (found === undefined) throw new Error(`packages/domain/src/permission.ts does not say who may ${kind} ${noun}`);
  return found;
};

const inputOf = (path: string, row: World["row"]): object =>
  Object.fromEntries(
    Object.entries(inputFieldsOf(path)).map(([name, schema]) => [name, valueFor(path, name, schema, row)]),
  );

/** Something that the schema accepts; the row's own id where it asks for one. */
const valueFor = (path: string, name: string, schema: FieldSchema, row: World["row"]): unknown => {
  const [example] = (schema.examples as unknown[]) ?? [];
  if (example !== undefined) return example;
  const [option] = schema.anyOf ?? [];
  if (option !== undefined) return valueFor(path, name, option, row);
  if (schema.format === "uuid") return idFor(path, name, row);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.type === "boolean") return true;
  if (schema.type === "integer" || schema.type === "number") return Math.max(1, schema.minimum ?? 1);
  if (schema.type === "object") return {};
  if (schema.type === "array") return [];
  if (schema.format === "date-time") return "2026-01-02T03:04:05.678Z";
  if (schema.format === "date") return "2026-01-02";
  if (schema.type === "string" && schema.pattern === undefined) return "made".padEnd(schema.minLength ?? 0, "!");
  throw new Error(
    `no value is known for ${name} of ${path}: give its schema an example with .meta({ examples }), or the procedure an entry in cases.ts`,
  );
};

const idFor = (path: string, name: string, row: World["row"]): unknown => {
  if (name === "cursor") return Buffer.from(JSON.stringify([row["id"]])).toString("base64url");
  if (row[name] === undefined)
    throw new Error(`${path} takes ${name}, which its row has not: give it an entry in cases.ts`);
  return row[name];
};
