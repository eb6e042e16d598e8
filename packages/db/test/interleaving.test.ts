import { asId, createNewId, type DocumentId } from "@severalty/domain/ids";
import * as fc from "fast-check";
import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Document } from "../src/entities/document.ts";
import { poolOf, type Orm } from "../src/orm.ts";
import { TenantRepository } from "../src/tenancy/tenant-repository.ts";
import { withTenant } from "../src/tenancy/with-tenant.ts";
import { makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { errorWord } from "../src/testing/outcome.ts";
import { snapshot } from "../src/testing/snapshot.ts";
import { TestDatabase } from "../src/testing/test-database.ts";

const tenantCount = 100;
const poolMax = 10;

let database: TestDatabase;
let admin: Client;
let orm: Orm;
let tenants: MadeTenant[];
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  orm = await database.orm("severalty_app", { poolMax });
  tenants = [];
  for (let made = 0; made < tenantCount; made++) tenants.push(await makeTenant(admin));
});
afterAll(() => database[Symbol.asyncDispose]());

const newId = createNewId();
const endings = fc.constantFrom("commits", "fails", "throws", "reads");
type Ending = "commits" | "fails" | "throws" | "reads";
const changes = fc.constantFrom("add", "rename", "remove");
const step = fc.record({
  change: changes,
  ending: endings,
  title: fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
});
type Step = { change: "add" | "rename" | "remove"; ending: Ending; title: string };

class Undone extends Error {}

/** What a tenant's documents are to be: title by id. */
type Model = Map<string, string>;

const seen = async (documents: TenantRepository<Document>): Promise<Model> => {
  const { rows } = await documents.list(["id", "title", "tenantId"], { limit: 100 });
  return new Map(rows.map((row) => [row.id, row.title]));
};

/** Takes one step in a transaction of its own; returns the model after it. */
const take = async (tenant: MadeTenant, before: Model, { change, ending, title }: Step): Promise<Model> => {
  const after = new Map(before);
  const attempt = withTenant(
    orm.em,
    tenant,
    { requestId: tenant.slug, action: "documents.step", readOnly: ending === "reads" },
    async (em) => {
      const documents = new TenantRepository(em, Document);
      expect(await seen(documents)).toEqual(before);
      if (ending === "reads") return;
      after.clear();
      for (const [id, kept] of before) after.set(id, kept);
      const [id] = before.keys();
      if (change === "add" || id === undefined) {
        const added = newId<DocumentId>();
        const data = { id: added, userId: tenant.userId, title, contentHash: "0".repeat(64) };
        await documents.create(data, new Date(), ["id"]);
        after.set(added, title);
      } else if (change === "rename") {
        await em.nativeUpdate(Document, { id } as never, { title });
        after.set(id, title);
      } else {
        await documents.remove(asId(id));
        after.delete(id);
      }
      expect(await seen(documents)).toEqual(after);
      if (ending === "fails") await em.execute("select 1/0");
      if (ending === "throws") throw new Undone();
    },
  );
  const problem = await attempt.then(
    () => "none",
    (error: unknown) => (error instanceof Undone ? "undone" : errorWord(error)),
  );
  expect(problem).toBe({ commits: "none", reads: "none", fails: "22012", throws: "undone" }[ending]);
  return ending === "commits" ? after : before;
};

const documentsIn = async (): Promise<Map<string, Model>> => {
  const { rows } = await admin.query<{ tenant: string; id: string; title: string }>(
    "select tenant_id as tenant, id, title from app.documents",
  );
  const models = new Map<string, Model>(tenants.map(({ tenantId }) => [tenantId, new Map()]));
  for (const { tenant, id, title } of rows) models.get(tenant)?.set(id, title);
  return models;
};

test("a hundred tenants that read, write, fail and roll back at once over ten connections each see their own rows alone", async () => {
  const program = fc.array(fc.array(step, { minLength: 2, maxLength: 4 }), {
    minLength: tenantCount,
    maxLength: tenantCount,
  });
  await fc.assert(
    fc.asyncProperty(program, async (programs) => {
      const expected = await documentsIn();
      await Promise.all(
        tenants.map(async (tenant, at) => {
          let model = expected.get(tenant.tenantId) ?? new Map<string, string>();
          for (const next of programs[at] ?? []) model = await take(tenant, model, next);
          expected.set(tenant.tenantId, model);
        }),
      );
      expect(await documentsIn()).toEqual(expected);
      const pool = await poolOf(orm);
      expect(pool.totalCount).toBeLessThanOrEqual(poolMax);
      expect(pool.waitingCount).toBe(0);
    }),
    { numRuns: 1, seed: 1, endOnFailure: true },
  );
});

test("every record that came of it names the tenant's own request, user and rows", async () => {
  const { rows } = await admin.query(
    `select from app.audit_logs l join app.tenants t on t.id = l.tenant_id
     where l.actor_kind = 'user' and (l.request_id <> t.slug
       or not exists (select from app.users u where u.tenant_id = l.tenant_id and u.id = l.user_id))`,
  );
  expect(rows).toEqual([]);
});

test("a tenant that writes while ninety-nine others stand still changes none of them", async () => {
  const [writer] = tenants;
  if (writer === undefined) throw new Error("no tenant was made");
  const before = await snapshot(admin, { except: writer.tenantId });
  await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      withTenant(orm.em, writer, { requestId: writer.slug, action: "documents.step" }, (em) =>
        em.execute(
          `insert into app.documents (tenant_id, id, user_id, title, content_hash, created_at, updated_at)
           values (?, ?, ?, ?, repeat('0', 64), now(), now())`,
          [writer.tenantId, newId(), writer.userId, `title ${at}`],
        ),
      ),
    ),
  );
  expect(await snapshot(admin, { except: writer.tenantId })).toEqual(before);
});
