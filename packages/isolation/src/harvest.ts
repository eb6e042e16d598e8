import type { Client } from "pg";
import type { ForeignValue } from "./attacks.ts";
import type { OtherRows } from "./database-state.ts";
import type { Answer } from "./world.ts";

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Longest value that is tried: more of a text finds nothing that its beginning does not. */
const charactersMax = 2_000;

/** Every id, text and hash of the other tenant's rows that nobody else has. */
export const harvestRows = async (admin: Client, other: OtherRows): Promise<readonly ForeignValue[]> => {
  const known = new Set<string>();
  const found: ForeignValue[] = [];
  for (const [table, condition] of Object.entries(other)) {
    const columns = await columnsOf(admin, table);
    for (const { column, value } of await valuesIn(admin, { table, columns, condition: `not (${condition})` })) {
      void column;
      known.add(value);
    }
    for (const { column, value } of await valuesIn(admin, { table, columns, condition }))
      found.push(foreignValue(`${table}.${column}`, value));
  }
  // An id is known by its own row first, and not by a log that comes before it and speaks of it.
  const own = found.filter(({ kind }) => kind.endsWith(".id"));
  return distinct([...own, ...found]).filter(({ value }) => !known.has(value) && value.length >= 3);
};

/** Every text in answers that the other tenant got, cursors among them. */
export const harvestAnswers = (answers: readonly Answer[]): readonly ForeignValue[] =>
  distinct(
    answers.flatMap(({ body }) =>
      leaves(JSON.parse(body), "").map(({ column, value }) => foreignValue(`answer ${column}`, value)),
    ),
  );

/** One of each value, under the name that it was found by first. */
export const distinct = (values: readonly ForeignValue[]): readonly ForeignValue[] =>
  [...new Map(values.toReversed().map((value) => [value.value, value])).values()].toReversed();

/** A value with the room that it fits. */
export const foreignValue = (kind: string, value: string): ForeignValue => ({
  kind,
  value: value.slice(0, charactersMax),
  room: uuidPattern.test(value) ? "uuid" : "text",
});

interface Found {
  readonly column: string;
  readonly value: string;
}

/** Columns that name or describe something: neither times nor numbers. */
const columnsOf = async (admin: Client, table: string): Promise<readonly string[]> => {
  const { rows } = await admin.query<{ name: string }>(
    `select attname::text as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped
       and format_type(atttypid, null) in ('uuid', 'text', 'text[]', 'json', 'jsonb', 'bytea', 'character varying', 'citext') order by attnum`,
    [table],
  );
  return rows.map(({ name }) => name);
};

const valuesIn = async (
  admin: Client,
  { table, columns, condition }: { table: string; columns: readonly string[]; condition: string },
): Promise<readonly Found[]> => {
  const { rows } = await admin.query<{ row: Record<string, unknown> }>(
    `select to_jsonb(t) as row from ${table} t where ${condition}`,
  );
  return rows.flatMap(({ row }) => columns.flatMap((column) => leaves(row[column], column)));
};

const leaves = (value: unknown, column: string): Found[] => {
  if (typeof value === "string") return spellings(value).map((text) => ({ column, value: text }));
  if (Array.isArray(value)) return value.flatMap((item) => leaves(item, column));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, name));
};

/** A hash is kept as bytes, and travels as hexadecimal digits or base64. */
const spellings = (value: string): string[] => {
  const [, digits] = /^\\x((?:[0-9a-f]{2})+)$/.exec(value) ?? [];
  return digits === undefined ? [value] : [digits, Buffer.from(digits, "hex").toString("base64url")];
};
