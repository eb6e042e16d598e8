import { z } from "zod";
import { proceduresByPath } from "../src/testing/procedures-by-path.ts";

/** What is known of a field of an input, as JSON Schema has it. */
export type FieldSchema = z.core.JSONSchema.BaseSchema;

/** Fields of a procedure's input by name; none of a procedure that takes no object. */
export const inputFieldsOf = (path: string): Readonly<Record<string, FieldSchema>> => {
  const { inputs = [] } = (proceduresByPath[path]?._def ?? {}) as { inputs?: z.ZodType[] };
  const fields = inputs.map((input) => z.toJSONSchema(input, { io: "input", unrepresentable: "any" }).properties ?? {});
  return Object.assign({}, ...fields) as Record<string, FieldSchema>;
};

/** Fields of a procedure's input that take an id, or a cursor that holds one. */
export const idFieldsOf = (path: string): string[] =>
  Object.entries(inputFieldsOf(path)).flatMap(([name, schema]) =>
    name === "cursor" || JSON.stringify(schema).includes(`"format":"uuid"`) ? [name] : [],
  );
