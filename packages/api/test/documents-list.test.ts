import { makeMember, makeTenant } from "@severalty/db/testing/make-tenant";
import { expect, test } from "vitest";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";

const { services, admin } = await openTestApi();

const makeCaller = async () => {
  const tenant = await makeTenant(admin, { title: "the first" });
  return { tenant, documents: callerFor(services, tenant).documents };
};
type Documents = Awaited<ReturnType<typeof makeCaller>>["documents"];

const createAll = async (documents: Documents, titles: readonly string[]): Promise<string[]> => {
  const ids: string[] = [];
  for (const title of titles) ids.push((await documents.create({ title, content: `content of ${title}` })).id);
  return ids;
};

const titlesOf = async (documents: Documents, input: Parameters<Documents["list"]>[0]): Promise<string[]> =>
  (await documents.list(input)).items.map(({ title }) => title);

/** Ids of every page in the order of reading, with `between` called after each page. */
const readAll = async (documents: Documents, limit: number, between: () => Promise<unknown>): Promise<string[]> => {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Documents["list"]>> = await documents.list({ limit, cursor });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
    await between();
  } while (cursor !== null);
  return ids;
};

test.each([1, 2, 3, 7, 8, 100])("pages of %i visit each document exactly once, newest first", async (limit) => {
  const { tenant, documents } = await makeCaller();
  const ids = await createAll(documents, ["a", "b", "c", "d", "e", "f", "g"]);
  const visited = await readAll(documents, limit, () => Promise.resolve());
  expect(visited).toEqual([...ids.toReversed(), tenant.documentId]);
});

test("pages stay right while documents are added, changed and removed between them", async () => {
  const { tenant, documents } = await makeCaller();
  const ids = await createAll(documents, ["a", "b", "c", "d", "e", "f"]);
  const visited = await readAll(documents, 2, async () => {
    const { id } = await documents.create({ title: "added meanwhile" });
    await documents.update({ id, version: 1, title: "changed meanwhile" });
    await documents.remove({ id: (await documents.create({ title: "gone meanwhile" })).id });
  });
  expect(visited).toEqual([...ids.toReversed(), tenant.documentId]);
});

test("a page ends without a cursor when nothing follows, even if it is full", async () => {
  const { documents } = await makeCaller();
  await createAll(documents, ["a"]);
  expect(await documents.list({ limit: 2 })).toMatchObject({ items: [{}, {}], nextCursor: null });
});

test("a page holds 20 documents unless the caller says otherwise, without their contents", async () => {
  const { documents } = await makeCaller();
  await createAll(
    documents,
    Array.from({ length: 20 }, (_, at) => `title ${at}`),
  );
  const { items, nextCursor } = await documents.list();
  expect(items).toHaveLength(20);
  expect(nextCursor).not.toBeNull();
  expect(JSON.stringify(items)).not.toContain("content of");
});

test("a list is narrowed by author and by parent, where null asks for those without one", async () => {
  const { tenant, documents } = await makeCaller();
  const colleague = await makeMember(admin, tenant.tenantId);
  await callerFor(services, colleague).documents.create({ title: "his", parentId: tenant.documentId });
  await documents.create({ title: "mine" });
  expect(await titlesOf(documents, { userId: colleague.userId })).toEqual(["his"]);
  expect(await titlesOf(documents, { userId: tenant.userId })).toEqual(["mine", "the first"]);
  expect(await titlesOf(documents, { parentId: tenant.documentId })).toEqual(["his"]);
  expect(await titlesOf(documents, { parentId: null })).toEqual(["mine", "the first"]);
  expect(await titlesOf(documents, { parentId: null, userId: colleague.userId })).toEqual([]);
});

test("a list is narrowed to a time, from a moment on and up to without another", async () => {
  const { tenant } = await makeCaller();
  const at = (createdAt: string) => callerFor({ ...services, clock: () => new Date(createdAt) }, tenant).documents;
  for (const year of ["2020", "2021", "2022"]) await at(`${year}-06-01T12:00:00.000Z`).create({ title: year });
  const { documents } = callerFor(services, tenant);
  const [from, before] = ["2021-06-01T12:00:00.000Z", "2022-06-01T12:00:00.000Z"];
  expect(await titlesOf(documents, { createdFrom: from, createdBefore: before })).toEqual(["2021"]);
  expect(await titlesOf(documents, { createdBefore: before })).toEqual(["2021", "2020"]);
  expect(await titlesOf(documents, { createdFrom: before })).toEqual(["2022", "the first"]);
  expect(await titlesOf(documents, { createdFrom: "2022-06-01T14:00:00+02:00" })).toEqual(["2022", "the first"]);
  expect(await titlesOf(documents, { createdFrom: "2022-06-01T14:00:00.001+02:00" })).toEqual(["the first"]);
});

test("a search finds each word, or one that begins with it, in title, content or metadata, in any case, accent and order", async () => {
  const { documents } = await makeCaller();
  await documents.create({
    title: "Spring Launch",
    content: "for NORTHWIND, größe",
    metadata: { tags: ["Crème"], n: 7 },
  });
  await documents.create({ title: "Autumn launch", content: "for Contoso" });
  expect(await titlesOf(documents, { search: "launch" })).toEqual(["Autumn launch", "Spring Launch"]);
  expect(await titlesOf(documents, { search: "  northwind   LAUNCH " })).toEqual(["Spring Launch"]);
  expect(await titlesOf(documents, { search: "NORTH spr" })).toEqual(["Spring Launch"]);
  expect(await titlesOf(documents, { search: "wind" })).toEqual([]);
  expect(await titlesOf(documents, { search: "GRÖ" })).toEqual(["Spring Launch"]);
  expect(await titlesOf(documents, { search: "creme grosse" })).toEqual([]);
  expect(await titlesOf(documents, { search: "creme große" })).toEqual(["Spring Launch"]);
  expect(await titlesOf(documents, { search: "tags" })).toEqual([]);
  expect(await titlesOf(documents, { search: "contoso spring" })).toEqual([]);
});

test.each(["%", "_", "\\", "100%", "a_b", "c\\d", "'", '"', "--", "?", "??", "$1", "[", "*", "a & b", "!a", "a:*"])(
  "a search for before%s finds the words beside the signs",
  async (sign) => {
    const { documents } = await makeCaller();
    await createAll(documents, ["100 percent", "aXb", "cd", "plain"]);
    const { id } = await documents.create({ title: `before ${sign} after` });
    const { items } = await documents.list({ search: `before ${sign}` });
    expect(items.map((item) => item.id)).toEqual([id]);
  },
);

test.each(["%", "_", "\\", "'", '"', "--", "?", "[", "*", ":*", "&", "()"])(
  "a search for %s has no word and finds nothing",
  async (search) => {
    const { documents } = await makeCaller();
    await documents.create({ title: `before ${search} after` });
    expect(await documents.list({ search })).toEqual({ items: [], nextCursor: null });
  },
);

test("a search keeps every order that a list has, over pages of any size", async () => {
  const { tenant, documents } = await makeCaller();
  await createAll(
    documents,
    Array.from({ length: 12 }, (_, at) => `${"ßabcäxyz".charAt((at * 5) % 8)} word ${at % 3}`),
  );
  await createAll(documents, ["another", "one more"]);
  for (const sort of ["title", "-title", "createdAt", "-createdAt", "updatedAt", "-updatedAt", undefined] as const) {
    const all = (await documents.list({ sort, limit: 100 })).items.filter(({ title }) => title.includes("word"));
    for (const limit of [1, 5, 12]) {
      const found: unknown[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<Documents["list"]>> = await documents.list({
          sort,
          limit,
          cursor,
          search: "wo",
          userId: tenant.userId,
        });
        found.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(found).toEqual(all);
    }
  }
});

test("a search goes on over pages, together with the other filters", async () => {
  const { tenant, documents } = await makeCaller();
  await createAll(documents, ["x 1", "y", "x 2", "x 3"]);
  const filters = { search: "x", userId: tenant.userId, limit: 2 };
  const first = await documents.list(filters);
  const second = await documents.list({ ...filters, cursor: first.nextCursor });
  expect([...first.items, ...second.items].map(({ title }) => title)).toEqual(["x 3", "x 2", "x 1"]);
  expect(second.nextCursor).toBeNull();
});
