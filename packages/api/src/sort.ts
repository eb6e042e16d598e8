import type { Direction } from "@severalty/db/tenancy/tenant-repository";
import { storableText } from "@severalty/domain/text";
import { z } from "zod";

/** An order by one field: `title` ascending, `-title` descending; rows of one value by id, in the same direction. */
export type Sort<Name extends string> = Name | `-${Name}`;

/** The `sort` of a list's input; none for a list that names no fields. */
export const sortInput = <Name extends string>(names: readonly Name[]): { sort: z.ZodOptional<SortSchema<Name>> } => {
  const sorts = names.flatMap((name) => [name, `-${name}`] as Sort<Name>[]);
  // Without fields the key stands in the type alone, where its only value is undefined.
  return sorts.length === 0 ? ({} as never) : { sort: z.enum(sorts).optional() };
};

type SortSchema<Name extends string> = z.ZodEnum<{ [Key in Sort<Name>]: Key }>;

/** The field and direction that a sort names. */
export const orderOf = <Name extends string>(sort: Sort<Name>): { field: Name; direction: Direction } =>
  sort.startsWith("-")
    ? { field: sort.slice(1) as Name, direction: "desc" }
    : { field: sort as Name, direction: "asc" };

/** What a cursor may hold for a column: nothing else reaches the database. Throws for a type that no list sorts by yet. */
export const sortValue = ({ type, isNullable }: { type: string; isNullable: boolean }): z.ZodType => {
  const known = schemas.find(({ types }) => types.test(type));
  if (known === undefined) throw new Error(`no list sorts by a column of type ${type}: teach sortValue the type`);
  return isNullable ? known.orNull : known.schema;
};

/** A time in a cursor, in UTC, to the millisecond as JSON has it. PostgreSQL has no year 0 (manual, section 8.5). */
export const cursorTime = z.iso.datetime({ precision: 3 }).refine((time) => !time.startsWith("0000"));

// Made once: a schema takes longer to make than to ask.
const schemas: readonly { types: RegExp; schema: z.ZodType; orNull: z.ZodType }[] = [
  { types: /^text$/, schema: storableText({ min: 0, max: 1000, trim: false }) },
  { types: /^timestamptz/, schema: cursorTime },
  { types: /^int/, schema: z.int32() },
].map(({ types, schema }) => ({ types, schema, orNull: schema.nullable() }));
