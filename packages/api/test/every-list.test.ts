import { nounOf } from "@severalty/db/tenancy/noun-of";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ask } from "../src/testing/ask.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { proceduresByPath } from "../src/testing/procedures-by-path.ts";
import { makeWorld } from "./world.ts";

const { services, admin } = await openTestApi();
const world = await makeWorld(admin);

/** At most some thousand rows in every tenant, which are sorted as they are read. */
const small = new Set([
  "teams",
  "users",
  "agentRoles",
  "cookbooks",
  "recipes",
  "subscriptions",
  "agentInstances",
  "abTests",
  "secrets",
  "apiKeys",
  "templates",
]);

const sortsOf = (path: string): string[] => {
  const { inputs = [] } = (proceduresByPath[path]?._def ?? {}) as { inputs?: z.ZodType[] };
  const [{ properties = {} } = {}] = inputs.map((input) =>
    z.toJSONSchema(input, { io: "input", unrepresentable: "any" }),
  );
  const { sort } = properties;
  return typeof sort === "object" ? (sort.enum as string[]) : [];
};

interface Page {
  readonly items: readonly Record<string, unknown>[];
  readonly nextCursor: string | null;
}

const columnOf = (field: string) => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Tables of a noun, and per table the column after the tenant in each of its indexes. */
const indexedOf = async (noun: string): Promise<string[]> => {
  const { rows } = await admin.query<{ table: string; columns: string[] }>(
    `select relname as table, array(
       select pg_get_indexdef(indexrelid, 2, true) from pg_index
       where indrelid = c.oid and indisvalid and indpred is null and pg_get_indexdef(indexrelid, 1, true) = 'tenant_id'
     ) as columns
     from pg_class c where relnamespace = 'app'::regnamespace and relkind in ('r', 'p')`,
  );
  return rows.filter(({ table }) => nounOf(table) === noun).flatMap(({ columns }) => columns);
};

/** The list of all tenants is of no tenant: `platform-tenants.test.ts` walks it. */
const sortable = Object.keys(proceduresByPath).filter(
  (path) => path.endsWith(".list") && sortsOf(path).length > 0 && !path.startsWith("platform."),
);

test("what people look through can be sorted", () => {
  expect(sortable).toEqual(
    expect.arrayContaining(["documents.list", "tasks.list", ...[...small].map((noun) => `${noun}.list`)]),
  );
});

describe.each(sortable)("%s", (path) => {
  test("is sorted by fields that an index of its table begins with after the tenant, unless the table is small", async () => {
    const [noun = ""] = path.split(".");
    if (small.has(noun)) return;
    const fields = sortsOf(path).filter((sort) => !sort.startsWith("-"));
    expect(await indexedOf(noun)).toEqual(expect.arrayContaining(fields.map(columnOf)));
  });

  test.each(sortsOf(path))("sorted by %s, its pages are the whole list, each row once", async (sort) => {
    const read = async (input: object) => (await ask(services, world, path, { sort, ...input })).data as Page;
    const { items, nextCursor } = await read({ limit: 100 });
    expect(nextCursor).toBeNull();
    const walked = [];
    for (let cursor: string | null = null; walked.length < items.length;) {
      const page: Page = await read({ limit: 1, cursor });
      walked.push(...page.items);
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    expect(walked).toEqual(items);
    const { data } = await ask(services, world, path, { limit: 100 });
    const ids = ({ items: all }: Page) => all.map(({ id }) => String(id)).toSorted();
    expect(ids({ items, nextCursor })).toEqual(ids(data as Page));
  });
});
