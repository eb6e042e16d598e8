import type { JsonSchema } from "./procedures.ts";
import { asSchema, itemsOf, propertyOf, sampleOf } from "./sample.ts";

/** A place of an input that has room for a value of another tenant. */
export interface Position {
  /** Where, such as `filter.teamId`, `ids[]` or `metadata{}`. */
  readonly label: string;
  /** The last name in it. */
  readonly name: string;
  /** `closed`: the schema lists what is allowed, so that one foreign value stands for all; `none`: no text fits. */
  readonly room: "uuid" | "text" | "closed" | "none";
  /** Values that the schema itself names or bounds: what only happens with one of them is seen by sending it. */
  readonly choices: readonly unknown[];
  /** The input with a value in that place. */
  readonly put: (input: unknown, value: unknown) => unknown;
}

type Change = (old: unknown) => unknown;
type Edit = (input: unknown, change: Change) => unknown;

/** How deep an input is searched; a recursive schema would have no end. */
const depthMax = 4;

/** Every place of an input with room for a foreign value, found by walking its schema. */
export const positionsOf = (schema: JsonSchema): readonly Position[] => {
  const found = walk(schema, { label: "", name: "", edit: (input, change) => change(input), depth: 0 }, schema);
  return [
    ...new Map(
      found.map((position) => [`${position.label} ${position.room} ${JSON.stringify(position.choices)}`, position]),
    ).values(),
  ];
};

interface Place {
  readonly label: string;
  readonly name: string;
  readonly edit: Edit;
  readonly depth: number;
}

const walk = (given: JsonSchema, place: Place, root: JsonSchema): Position[] => {
  if (place.depth > depthMax) return [];
  const schema = resolve(given, root);
  const branches = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (branches !== undefined) return branches.flatMap((branch) => walk(asSchema(branch), place, root));
  if (schema.type === "object") return inObject(schema, place, root);
  if (schema.type === "array") return inArray(schema, place, root);
  if (schema.type === undefined && schema.enum === undefined && schema.const === undefined) return inAnything(place);
  const [room, choices] = [roomOf(schema), choicesOf(schema)];
  return room === "none" && choices.length === 0 ? [] : [leaf(place, room, choices)];
};

/** zod names what repeats itself: `{ $ref: "#/$defs/__schema0" }`. */
const resolve = (schema: JsonSchema, root: JsonSchema): JsonSchema => {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.split("/").at(-1) ?? "";
  return schema.$ref === "#" ? root : asSchema(root.$defs?.[name]);
};

const roomOf = ({ type, enum: options, const: only, format }: JsonSchema): Position["room"] => {
  if (options !== undefined || only !== undefined)
    return typeof (options?.[0] ?? only) === "string" ? "closed" : "none";
  if (type !== "string") return "none";
  return format === "uuid" ? "uuid" : "text";
};

/** The least numbers: as sizes of pages, so that one of them ends where a tenant's few rows do. */
const choicesOf = (schema: JsonSchema): readonly unknown[] => {
  const { type, enum: options, const: only, format = "", examples } = schema;
  if (options !== undefined) return options;
  if (only !== undefined) return [only];
  if (type === "null") return [null];
  if (type === "boolean") return [true, false];
  if (type === "integer" || type === "number") {
    const least = Math.max(1, schema.minimum ?? 1);
    return [least, least + 1, least + 2].filter((number) => number <= (schema.maximum ?? number));
  }
  return examples !== undefined || format.startsWith("date") ? [sampleOf(schema)] : [];
};

const leaf = ({ label, name, edit }: Place, room: Position["room"], choices: readonly unknown[] = []): Position => ({
  label: label === "" ? "input" : label,
  name,
  room,
  choices,
  put: (input, value) => edit(input, () => value),
});

const inObject = (schema: JsonSchema, place: Place, root: JsonSchema): Position[] => {
  const named = Object.keys(schema.properties ?? {}).flatMap((name) =>
    walk(
      propertyOf(schema, name),
      {
        label: place.label === "" ? name : `${place.label}.${name}`,
        name,
        edit: (input, change) =>
          place.edit(input, (old) => {
            const object = asObject(old, schema);
            return { ...object, [name]: change(object[name]) };
          }),
        depth: place.depth + 1,
      },
      root,
    ),
  );
  const rest = schema.additionalProperties;
  if (rest === undefined || rest === false) return named;
  return [...named, ...inRecord(asSchema(rest), schema, place, root)];
};

/** Names and values of a record. */
const inRecord = (values: JsonSchema, schema: JsonSchema, place: Place, root: JsonSchema): Position[] => {
  const label = `${place.label}{}`;
  const asName: Position = {
    label: `${label} name`,
    name: place.name,
    room: "text",
    choices: [],
    put: (input, value) =>
      place.edit(input, (old) => ({ ...asObject(old, schema), [String(value)]: sampleOf(values) ?? "made" })),
  };
  const edit: Edit = (input, change) =>
    place.edit(input, (old) => ({ ...asObject(old, schema), made: change(undefined) }));
  return [asName, ...walk(values, { label, name: place.name, edit, depth: place.depth + 1 }, root)];
};

const inArray = (schema: JsonSchema, place: Place, root: JsonSchema): Position[] =>
  walk(
    itemsOf(schema),
    {
      label: `${place.label}[]`,
      name: place.name,
      edit: (input, change) =>
        place.edit(input, (old) => {
          const items = Array.isArray(old) ? (old as unknown[]) : [];
          return [...items, change(items[0] ?? sampleOf(itemsOf(schema)))];
        }),
      depth: place.depth + 1,
    },
    root,
  );

const inAnything = (place: Place): Position[] => [
  leaf(place, "text"),
  {
    label: `${place.label === "" ? "input" : place.label}{made}`,
    name: place.name,
    room: "text",
    choices: [],
    put: (input, value) => place.edit(input, () => ({ made: [value] })),
  },
];

const asObject = (value: unknown, schema: JsonSchema): Readonly<Record<string, unknown>> =>
  (typeof value === "object" && value !== null && !Array.isArray(value) ? value : (sampleOf(schema) ?? {})) as Record<
    string,
    unknown
  >;
