import { Document } from "@severalty/db/entities/document";
import { User } from "@severalty/db/entities/user";
import { makeTenant, type MadeTenant } from "@severalty/db/testing/make-tenant";
import { TenantRepository } from "@severalty/db/tenancy/tenant-repository";
import { withTenant } from "@severalty/db/tenancy/with-tenant";
import { createNewId } from "@severalty/domain/ids";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { newestFirst } from "../src/pagination.ts";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";

const { services, admin } = await openTestApi();
const newId = createNewId();

interface Row {
  readonly name: string | null;
  readonly at: number;
  readonly version: number;
}

const rows = fc.array(
  fc.record<Row>({
    name: fc.option(fc.constantFrom("", "a", "A", "b", "ab", "é", "🙂", "\u0001", '"', "\\"), { nil: null }),
    at: fc.integer({ min: 0, max: 4 }),
    version: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 12 },
);

/** Members of a tenant, past every policy. */
const addMembers = async (tenantId: string, members: readonly Row[]): Promise<void> => {
  const ids = members.map(() => newId());
  await admin.query(
    `with made as (
       select v.*, v.id::uuid as made from unnest($2::text[], $3::text[], $4::int[], $5::int[]) v (id, name, at, version)
     ), identity as (
       insert into auth.identities (id, email, created_at, updated_at)
       select made, id || '@example.com', now(), now() from made
     )
     insert into app.users (tenant_id, id, identity_id, username, email, name, version, created_at, updated_at)
     select $1, made, made, 'user-' || id, id || '@example.com', name, version,
       '2026-01-01'::timestamptz + at * interval '1 ms', now() from made`,
    [
      tenantId,
      ids,
      members.map(({ name }) => name),
      members.map(({ at }) => at),
      members.map(({ version }) => version),
    ],
  );
};

const fields = ["id", "name", "createdAt", "version"] as const;
const sorts = ["name", "-name", "createdAt", "-createdAt", "version", "-version", undefined] as const;

/** The ids of every page in the order of reading; `between` is awaited after each page. */
const walk = (tenant: MadeTenant, sort: (typeof sorts)[number], limit: number, between: () => Promise<unknown>) =>
  withTenant(services.app.em, tenant, { requestId: "walk", action: "users.list" }, async (em) => {
    const ids: string[] = [];
    for (let cursor: string | null = null; ; await between()) {
      const page: Awaited<ReturnType<typeof newestFirst<User, (typeof fields)[number]>>> = await newestFirst(
        new TenantRepository(em, User),
        fields,
        { limit, cursor, sort },
        {},
      );
      expect(page.items.length).toBeLessThanOrEqual(limit);
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      if (cursor === null) return ids;
      expect(page.items).toHaveLength(limit);
    }
  });

/** The order as PostgreSQL has it, all at once. */
const sortedIds = async (tenantId: string, sort: (typeof sorts)[number]): Promise<string[]> => {
  const direction = sort === undefined || sort.startsWith("-") ? "desc" : "asc";
  const column = { name: "name, ", createdAt: "created_at, ", version: "version, ", none: "" }[
    (sort?.replace("-", "") ?? "none") as "name" | "createdAt" | "version" | "none"
  ].replace(",", ` ${direction},`);
  const { rows: all } = await admin.query<{ id: string }>(
    `select id from app.users where tenant_id = $1 order by ${column} id ${direction}`,
    [tenantId],
  );
  return all.map(({ id }) => id);
};

test("whatever the rows, the order and the size of a page: the pages are the sorted rows, each once", async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom(...sorts), fc.integer({ min: 1, max: 13 }), async (made, sort, limit) => {
      const tenant = await makeTenant(admin);
      await addMembers(tenant.tenantId, made);
      const ids = await walk(tenant, sort, limit, () => Promise.resolve());
      expect(ids).toEqual(await sortedIds(tenant.tenantId, sort));
    }),
    { seed: 1, numRuns: 40 },
  );
});

test("rows that come while the pages are read put none of the others out of place, and stand in none twice", async () => {
  await fc.assert(
    fc.asyncProperty(rows, rows, fc.constantFrom(...sorts), fc.integer({ min: 1, max: 4 }), async (...given) => {
      const [made, [...coming], sort, limit] = given;
      const tenant = await makeTenant(admin);
      await addMembers(tenant.tenantId, made);
      const before = await sortedIds(tenant.tenantId, sort);
      const ids = await walk(tenant, sort, limit, () => addMembers(tenant.tenantId, coming.splice(0, 2)));
      expect(ids.filter((id) => before.includes(id))).toEqual(before);
      expect(new Set(ids).size).toBe(ids.length);
      const after = await sortedIds(tenant.tenantId, sort);
      expect(ids).toEqual(after.filter((id) => ids.includes(id)));
    }),
    { seed: 1, numRuns: 25 },
  );
});

test("a cursor goes on in the order that it is of, and in no other", async () => {
  const tenant = await makeTenant(admin);
  const { documents } = callerFor(services, tenant);
  await documents.create({ title: "b" });
  const orders = [undefined, "title", "-title", "createdAt", "-createdAt", "updatedAt", "-updatedAt"] as const;
  for (const sort of orders) {
    const { nextCursor: cursor } = await documents.list({ limit: 1, sort });
    for (const other of orders) {
      const { error } = await ask(services, tenant, "documents.list", { sort: other, cursor });
      expect([sort, other, error?.data.reason]).toEqual([
        sort,
        other,
        sort === other ? undefined : "input/invalid-cursor",
      ]);
    }
  }
});

const id = newId();
test.each([
  ["title", null],
  ["title", 7],
  ["title", "\0"],
  ["title", "\ud800"],
  ["-title", { a: 1 }],
  ["createdAt", "yesterday"],
  ["createdAt", "0000-01-01T00:00:00.000Z"],
  ["createdAt", null],
  ["createdAt", `2026-01-01T00:00:00.${"0".repeat(200)}Z`],
  ["updatedAt", 1e300],
])("a cursor of %s that holds %j is none", async (sort, value) => {
  const tenant = await makeTenant(admin);
  const cursor = Buffer.from(JSON.stringify([sort, value, id])).toString("base64url");
  const { error } = await ask(services, tenant, "documents.list", { sort, cursor });
  expect(error?.data).toMatchObject({ code: "BAD_REQUEST", reason: "input/invalid-cursor" });
});

test.each(["0000-01-01T00:00:00.000Z", `2026-01-01T00:00:00.${"0".repeat(200)}Z`])(
  "a cursor of %s, which PostgreSQL does not take, is none of the audit log either",
  async (time) => {
    const tenant = await makeTenant(admin);
    const cursor = Buffer.from(JSON.stringify([time, id])).toString("base64url");
    const { error } = await ask(services, tenant, "auditLogs.list", { cursor });
    expect(error?.data.reason).toBe("input/invalid-cursor");
  },
);

test("a list sorts by the fields that it names, and by nothing else", async () => {
  const tenant = await makeTenant(admin);
  for (const sort of ["content", "tenantId", "--title", "-", "", "title desc", "constructor", ["title"], null]) {
    const { error } = await ask(services, tenant, "documents.list", { sort });
    expect([sort, error?.data.reason]).toEqual([sort, "input/invalid"]);
  }
});

test("the longest title has a cursor that the list takes back", async () => {
  const tenant = await makeTenant(admin, { title: "\u0001" });
  const { documents } = callerFor(services, tenant);
  for (const last of ["a", "b"]) await documents.create({ title: `${"\u0001".repeat(299)}${last}` });
  const seen = [];
  for (let cursor: string | null = null; seen.length < 3;) {
    const page = await documents.list({ limit: 1, sort: "title", cursor });
    seen.push(page.items[0]?.title.length);
    cursor = page.nextCursor;
  }
  expect(seen).toEqual([1, 300, 300]);
});

test("no list sorts by a column whose cursor nobody can check", async () => {
  const tenant = await makeTenant(admin);
  const call = withTenant(services.app.em, tenant, { requestId: "walk", action: "documents.list" }, (em) =>
    newestFirst(new TenantRepository(em, Document), ["id", "metadata"], { limit: 1, sort: "metadata" }, {}),
  );
  await expect(call).rejects.toThrow("no list sorts by a column of type jsonb");
});
