import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demo } from "../src/seeders/demo/demo-people.ts";
import { inBulk } from "../src/seeders/in-bulk.ts";
import { inSeedTransaction } from "../src/seeders/in-seed-transaction.ts";
import { seedDemo } from "../src/seeders/seed-demo.ts";
import { enter } from "../src/testing/enter.ts";
import { makeMember, makeTenant } from "../src/testing/make-tenant.ts";
import { snapshot } from "../src/testing/snapshot.ts";
import { TestDatabase } from "../src/testing/test-database.ts";

let database: TestDatabase;
let admin: Client;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
});
afterAll(() => database[Symbol.asyncDispose]());

const now = new Date("2026-03-04T05:06:07Z");
const seedOne = (url: string, options: { number?: number; scale?: number } = {}) =>
  inSeedTransaction(
    url,
    (client) =>
      seedDemo(client, { number: 1, scale: 1, now, hashedPassword: "hash", onRows: () => undefined, ...options }),
    { together: true },
  );
const countsOf = async (client: Client, slug: string) => {
  const tables = [
    "teams",
    "users",
    "documents",
    "agent_instances",
    "recipes",
    "subscriptions",
    "task_queue",
    "tenant_configs",
  ];
  const counts = tables.map(
    (table) => `(select count(*)::int from app.${table} x where x.tenant_id = t.id) as ${table}`,
  );
  const { rows } = await client.query<Record<string, number>>(
    `select ${counts.join(", ")} from app.tenants t where slug = $1`,
    [slug],
  );
  return rows[0];
};

const contentOf = async (target: TestDatabase): Promise<unknown[]> => {
  await seedOne(target.url("severalty_migrator"), { number: 7, scale: 2 });
  const client = await target.client();
  expect(await countsOf(client, "demo-7")).toMatchObject({ teams: 4, users: 12, documents: 100, task_queue: 20 });
  const { rows } = await client.query<object>("select to_jsonb(d) as document from app.documents d order by id");
  return rows;
};

describe("D3: a demo tenant", () => {
  test("is made once, though ten try at once, and later runs change nothing", async () => {
    const url = database.url("severalty_migrator");
    const made = await Promise.all(Array.from({ length: 10 }, () => seedOne(url)));
    expect(made.filter(Boolean)).toEqual([true]);
    const before = await snapshot(admin);
    expect(await seedOne(url)).toBe(false);
    expect(await snapshot(admin)).toEqual(before);
  });

  test("has an administrator who can sign in, a member, and everything that an agency has", async () => {
    const { rows } = await admin.query(
      `select u.email, u.role, i.hashed_password as hash from app.users u join app.tenants t on t.id = u.tenant_id
       join auth.identities i on i.id = u.identity_id where t.slug = $1 and u.email like '%severalty.dev' order by u.role`,
      [demo.tenantSlug],
    );
    expect(rows).toEqual([
      { email: demo.email, role: "agency_admin", hash: "hash" },
      { email: "member@severalty.dev", role: "team_member", hash: "hash" },
    ]);
    expect(await countsOf(admin, demo.tenantSlug)).toEqual({
      teams: 3,
      users: 6,
      documents: 50,
      agent_instances: 4,
      recipes: 8,
      subscriptions: 4,
      task_queue: 10,
      tenant_configs: 1,
    });
  });

  test("has as many agents at work as its subscriptions count", async () => {
    const { rows } = await admin.query(
      `select s.active, (select count(*)::int from app.agent_instances a
         where a.tenant_id = s.tenant_id and a.agent_role_id = s.agent_role_id and a.status = 'active') as deployed
       from app.subscriptions s`,
    );
    expect(rows.every(({ active, deployed }) => active === deployed)).toBe(true);
  });

  test("has an audit log of months, with tokens, cost and time, and who wrote each document and when", async () => {
    const { rows } = await admin.query<Record<string, unknown>>(
      `select count(distinct date_trunc('month', timestamp)) > 4 as months, bool_and(tokens_input > 0 and cost_usd > 0 and execution_ms > 0)
           filter (where action = 'tasks.run') as metered,
         count(*) filter (where action = 'tasks.run')::int as runs,
         count(*) filter (where resource_type = 'documents')::int as documents,
         bool_and(exists (select from app.documents d where (d.tenant_id, d.id, d.user_id, d.created_at)
           = (l.tenant_id, l.resource_id, l.user_id, l.timestamp))) filter (where resource_type = 'documents') as authors
       from app.audit_logs l join app.tenants t on t.id = l.tenant_id where t.slug = $1`,
      [demo.tenantSlug],
    );
    expect(rows).toEqual([{ months: true, metered: true, runs: 30, documents: 50, authors: true }]);
  });

  test("is the same for the same number, scale and day, and grows with the scale", async () => {
    await using one = await TestDatabase.create();
    await using other = await TestDatabase.create();
    expect(await contentOf(one)).toEqual(await contentOf(other));
  });

  test("leaves a person who is there already as he is", async () => {
    await using other = await TestDatabase.create();
    const client = await other.client();
    const tenant = await makeTenant(client);
    const { identityId } = await makeMember(client, tenant.tenantId);
    await client.query("update auth.identities set email = $1, hashed_password = 'own' where id = $2", [
      demo.email,
      identityId,
    ]);
    await seedOne(other.url("severalty_migrator"));
    const { rows } = await client.query(
      "select i.id, i.hashed_password as hash, count(*)::int as tenants from auth.identities i join app.users u on u.identity_id = i.id where i.email = $1 group by 1, 2",
      [demo.email],
    );
    expect(rows).toEqual([{ id: identityId, hash: "own", tenants: 2 }]);
  });
});

test("nobody but the migrator can change rows without a record by saying that he seeds", async () => {
  const tenant = await makeTenant(admin);
  const app = await database.client("severalty_app");
  await app.query("set app.seeding = 'on'");
  await app.query("begin");
  await enter(app, tenant);
  await app.query("set local app.seeding = 'on'");
  await app.query("update app.documents set title = 'seeded'");
  await app.query("commit");
  const { rows } = await admin.query(
    "select resource_id from app.audit_logs where tenant_id = $1 and details->'changed' = '[\"title\"]'",
    [tenant.tenantId],
  );
  expect(rows).toEqual([{ resource_id: tenant.documentId }]);
});

test("seeding in bulk leaves the index of words as it was, nothing pending in it, whether the work succeeds or fails", async () => {
  const url = database.url("severalty_migrator");
  const options = async () => {
    const { rows } = await admin.query<{ options: string[] }>(
      "select reloptions as options from pg_class where oid = 'app.documents_words_index'::regclass",
    );
    return rows[0]?.options;
  };
  const before = await options();
  await inBulk(url, async () => {
    expect(await options()).not.toEqual(before);
    await seedOne(url, { number: 77 });
  });
  expect(await options()).toEqual(before);
  const { rows } = await admin.query("select gin_clean_pending_list('app.documents_words_index')::int as pages");
  expect(rows).toEqual([{ pages: 0 }]);
  await expect(inBulk(url, () => Promise.reject(new Error("broken off")))).rejects.toThrow("broken off");
  expect(await options()).toEqual(before);
});
