import { DomainError } from "@severalty/domain/errors";
import type { FilterQuery } from "@severalty/db/orm";
import type { Field, ReadRepository } from "@severalty/db/tenancy/tenant-repository";
import { storableText } from "@severalty/domain/text";
import { z } from "zod";
import { orderOf, sortInput, sortValue, type Sort } from "./sort.ts";

/** Rows of a page, at most, when the caller does not say. */
export const pageSizeDefault = 20;
const pageSizeMax = 100;

/** Longest cursor, in characters: that of a title of 300 characters which JSON escapes, six bytes each. */
const cursorCharsMax = 4000;

/**
 * Input of a `list`: a page's size, where to continue, the noun's own filters, and a `sort` if fields are named for it. Each such field needs
 * an index that begins with the tenant and the field, or a table that is small within every tenant. Unknown keys are refused.
 */
export const listInput = <Filters extends z.core.$ZodLooseShape, const Name extends string = never>(
  filters: Filters,
  sortable: readonly Name[] = [],
) =>
  z
    .strictObject({
      limit: z.int().min(1).max(pageSizeMax).default(pageSizeDefault),
      cursor: z.string().max(cursorCharsMax).nullish(),
      ...sortInput(sortable),
      ...filters,
    })
    .prefault({} as never);

/** Words to look for; each must occur. */
export const searchText = storableText({ min: 1, max: 200 }).optional();

/** The version of the row that the caller has read; its column holds 32 bits. */
export const version = z.int32().min(1);

/** Input of a `byId`. */
export const idInput = <Id extends z.ZodType>(id: Id) => z.strictObject({ id });

/** Input of a `remove`, or of a verb that ends something: with a version, only if the row still has that one. */
export const removeInput = <Id extends z.ZodType>(id: Id) => z.strictObject({ id, version: version.optional() });

/** Input of an `update`: the row, the version that was read, and at least one change. */
export const updateInput = <Id extends z.ZodType, Changes extends z.core.$ZodLooseShape>(id: Id, changes: Changes) =>
  changeInput({ id }, changes);

/** Input of a change to a row that is found by `which`, if need be: the version that was read, and at least one change. */
export const changeInput = <Which extends z.core.$ZodLooseShape, Changes extends z.core.$ZodLooseShape>(
  which: Which,
  changes: Changes,
) =>
  z
    .strictObject({ ...z.object(changes).partial().shape, ...which, version })
    .refine((input) => Object.keys(changes).some((key) => (input as Record<string, unknown>)[key] !== undefined), {
      // Said when it has to be: a formatter takes long to make, and each procedure that changes something would at the start.
      error: () => `must change at least one of ${new Intl.ListFormat("en-GB").format(Object.keys(changes))}`,
    });

/** One page of a list, newest first; `nextCursor` is null on the last. */
export interface ListAnswer<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

/** A page as an answer, whose cursor holds the sort values of its last row. */
export const listAnswer = <Item>(
  page: { rows: Item[]; more: boolean },
  sortValues: (item: Item) => readonly unknown[],
): ListAnswer<Item> => {
  const last = page.rows.at(-1);
  return { items: page.rows, nextCursor: page.more && last !== undefined ? encode(sortValues(last)) : null };
};

/**
 * The sort values in a cursor that an earlier page gave. Throws `input/invalid-cursor` for anything else. `valuesOf` is asked for their schema once
 * there is a cursor: making one is a twelfth of what Node does for a list.
 */
export const afterCursor = <Values extends z.ZodType<readonly unknown[]>>(
  cursor: string | null | undefined,
  valuesOf: () => Values,
): z.infer<Values> | undefined => {
  if (cursor === null || cursor === undefined) return undefined;
  const parsed = valuesOf().safeParse(decode(cursor));
  if (!parsed.success)
    throw new DomainError("invalid-input", "input/invalid-cursor", "cursor must be one that a list gave");
  return parsed.data;
};

const newest = z.tuple([z.uuid()]);

/** A page of rows, newest first by id (UUIDs of version 7 sort by the time they were made), unless the input says how to sort. */
export const newestFirst = async <Entity extends object, F extends Field<Entity>>(
  repository: ReadRepository<Entity>,
  fields: readonly F[],
  { limit, cursor, sort }: ListPosition<F>,
  condition: FilterQuery<Entity>,
): Promise<ListAnswer<Pick<Entity, F>>> => {
  if (sort !== undefined) return sorted(repository, fields, { limit, cursor, sort }, condition);
  const after = afterCursor(cursor, () => newest);
  const page = await repository.list(fields, { where: condition, after, limit });
  return listAnswer(page, (row) => [idOf(row)]);
};

interface ListPosition<Name extends string> {
  readonly limit: number;
  readonly cursor?: string | null | undefined;
  readonly sort?: Sort<Name> | undefined;
}

/** The cursor says which order it is of: no other list goes on from it. */
const sorted = async <Entity extends object, F extends Field<Entity>>(
  repository: ReadRepository<Entity>,
  fields: readonly F[],
  { limit, cursor, sort }: ListPosition<F> & { readonly sort: Sort<F> },
  condition: FilterQuery<Entity>,
): Promise<ListAnswer<Pick<Entity, F>>> => {
  const { field, direction } = orderOf(sort);
  const value = sortValue(repository.column(field));
  const after = afterCursor(cursor, () => z.tuple([z.literal(sort), value, z.uuid()]));
  const page = await repository.list(fields, {
    where: condition,
    sort: [field, "id" as Field<Entity>],
    direction,
    after: after?.slice(1),
    limit,
  });
  return listAnswer(page, (row) => [sort, row[field], idOf(row)]);
};

const idOf = (row: object): unknown => (row as { id?: unknown }).id;

const encode = (values: readonly unknown[]): string => Buffer.from(JSON.stringify(values)).toString("base64url");

const decode = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
};
