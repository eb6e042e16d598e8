import type { JsonSchema } from "./procedures.ts";

/** A value that the schema accepts, as far as a schema tells: rules that it cannot express need a recorded input. */
export const sampleOf = (schema: JsonSchema): unknown => {
  const [example] = (schema.examples as readonly unknown[] | undefined) ?? [];
  if (example !== undefined) return example;
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const [branch] = schema.anyOf ?? schema.oneOf ?? [];
  if (branch !== undefined) return sampleOf(branch);
  switch (schema.type) {
    case "string":
      return sampleText(schema);
    case "integer":
    case "number":
      return Math.max(1, schema.minimum ?? 1);
    case "boolean":
      return true;
    case "array":
      return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(itemsOf(schema)));
    case "object":
      return Object.fromEntries((schema.required ?? []).map((name) => [name, sampleOf(propertyOf(schema, name))]));
    case "null":
    case undefined:
    default:
      return schema.type === "null" ? null : undefined;
  }
};

/** The schema of an array's items. */
export const itemsOf = ({ items, prefixItems }: JsonSchema): JsonSchema => {
  const one = Array.isArray(items) ? items[0] : (items ?? prefixItems?.[0]);
  return asSchema(one);
};

/** The schema of an object's property. */
export const propertyOf = (schema: JsonSchema, name: string): JsonSchema => asSchema(schema.properties?.[name]);

/** JSON Schema has `true` for anything. */
export const asSchema = (schema: unknown): JsonSchema =>
  typeof schema === "object" && schema !== null ? (schema as JsonSchema) : {};

const formats: Readonly<Record<string, string>> = {
  uuid: "0190a000-0000-7000-8000-000000000001",
  email: "somebody@example.com",
  date: "2026-01-02",
  "date-time": "2026-01-02T03:04:05.678Z",
  uri: "https://example.com/",
};

const sampleText = ({ format = "", minLength = 0 }: JsonSchema): string =>
  formats[format] ?? "made".padEnd(minLength, "e");
