import { DomainError } from "@severalty/domain/errors";
import { z } from "zod";

/** Rows of a page, at most, when the caller does not say. */
export const pageSizeDefault = 20;
export const pageSizeMax = 100;

/** Input of a `list`: a page's size, where to continue, and the noun's own filters. Unknown keys are refused. */
export const listInput = <Filters extends z.core.$ZodLooseShape>(filters: Filters) =>
  z
    .strictObject({
      limit: z.int().min(1).max(pageSizeMax).default(pageSizeDefault),
      cursor: z.string().max(500).nullish(),
      ...filters,
    })
    .prefault({} as never);

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

/** The sort values in a cursor that an earlier page gave. Throws `input/invalid` for anything else. */
export const afterCursor = <Values extends z.ZodType<readonly unknown[]>>(
  cursor: string | null | undefined,
  values: Values,
): z.infer<Values> | undefined => {
  if (cursor === null || cursor === undefined) return undefined;
  const parsed = values.safeParse(decode(cursor));
  if (!parsed.success)
    throw new DomainError("invalid-input", "input/invalid-cursor", "cursor must be one that a list gave");
  return parsed.data;
};

const encode = (values: readonly unknown[]): string => Buffer.from(JSON.stringify(values)).toString("base64url");

const decode = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
};
