import { createNewId, type DocumentId } from "@severalty/domain/ids";
import { NoTenantError, NotFoundError, StaleVersionError } from "@severalty/domain/errors";
import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toDomainError } from "../src/database-error.ts";
import { Document } from "../src/entities/document.ts";
import type { Orm } from "../src/orm.ts";
import { TenantRepository } from "../src/tenancy/tenant-repository.ts";
import { tenantManager, withTenant } from "../src/tenancy/with-tenant.ts";
import { makeKey, makeTenant } from "../src/testing/make-tenant.ts";
import { TestDatabase } from "../src/testing/test-database.ts";

let database: TestDatabase;
let orm: Orm;
let admin: Client;
beforeAll(async () => {
  database = await TestDatabase.create();
  orm = await database.orm();
  admin = await database.client();
});
afterAll(() => database[Symbol.asyncDispose]());

const occasion = { requestId: "request-1", action: "documents.test" };
const newId = createNewId();
const hash = "0".repeat(64);

test("a repository without a tenant throws before any SQL is sent", () => {
  expect(() => new TenantRepository(orm.em.fork(), Document)).toThrow(NoTenantError);
});

test("the usual verbs work within the entered tenant", async () => {
  const owner = await makeTenant(admin);
  await withTenant(orm.em, owner, occasion, async (em) => {
    const documents = new TenantRepository(em, Document);
    const now = new Date();
    const data = {
      id: newId<DocumentId>(),
      userId: owner.userId,
      title: "one",
      contentHash: hash,
      metadata: { a: [1, { b: null }] },
    };
    const created = await documents.create(data, now, ["id", "title", "version", "metadata", "createdAt"]);
    expect(created).toEqual({ id: data.id, title: "one", version: 1, metadata: data.metadata, createdAt: now });
    expect(await documents.byId(data.id, ["title", "userId", "tenantId"])).toEqual({
      title: "one",
      userId: owner.userId,
      tenantId: owner.tenantId,
    });
    expect(await documents.update(data.id, 1, { title: "two" }, now, ["title", "version"])).toEqual({
      title: "two",
      version: 2,
    });
    await expect(documents.update(data.id, 1, { title: "x" }, now, ["id"])).rejects.toThrow(StaleVersionError);
    const page = await documents.list(["id"], { limit: 1 });
    expect(page).toEqual({ rows: [{ id: data.id }], more: true });
    const next = await documents.list(["id"], { limit: 1, after: [data.id] });
    expect(next).toEqual({ rows: [{ id: owner.documentId }], more: false });
    await expect(documents.remove(data.id, 1)).rejects.toThrow(StaleVersionError);
    await documents.remove(data.id, 2);
    await expect(documents.byId(data.id, ["id"])).rejects.toThrow(NotFoundError);
  });
  const { rows } = await admin.query(
    "select action, user_id, request_id, resource_type, outcome, details from app.audit_logs where tenant_id = $1 and request_id is not null order by timestamp, id",
    [owner.tenantId],
  );
  expect(rows).toHaveLength(3);
  expect(rows[0]).toMatchObject({
    action: "documents.test",
    user_id: owner.userId,
    request_id: "request-1",
    resource_type: "documents",
    outcome: "ok",
  });
});

test("a revoked session enters nothing", async () => {
  const owner = await makeTenant(admin);
  await admin.query("update auth.sessions set revoked_at = now() where id = $1", [owner.sessionId]);
  const error = await withTenant(orm.em, owner, occasion, async () => "ran").catch((e: unknown) => e);
  expect(toDomainError(error)?.reason).toBe("auth/session-ended");
});

test("a key's transaction has its tenant, its permissions and its maker, and reaches that tenant's rows alone", async () => {
  const [owner, other] = [await makeTenant(admin), await makeTenant(admin)];
  const key = await makeKey(admin, owner, { permissions: ["documents.read", "documents.write"] });
  await withTenant(orm.em, key, occasion, async (em, actor) => {
    expect(actor).toEqual({
      kind: "apiKey",
      id: key.id,
      tenantId: owner.tenantId,
      userId: owner.userId,
      permissions: new Set(["documents.read", "documents.write"]),
      isIdleKey: true,
    });
    const documents = new TenantRepository(em, Document);
    expect((await documents.list(["id"], { limit: 5 })).rows).toEqual([{ id: owner.documentId }]);
    await expect(documents.byId(other.documentId, ["id"])).rejects.toThrow(NotFoundError);
    expect(await em.transactional((nested) => nested.count(Document))).toBe(1);
  });
});

test("outside of such a transaction a key's entity manager reaches nothing, before any SQL is sent", async () => {
  const key = await makeKey(admin, await makeTenant(admin));
  const em = tenantManager(orm.em, key, occasion);
  expect(() => new TenantRepository(em, Document)).toThrow(NoTenantError);
  await expect(em.find(Document, {})).rejects.toThrow(NoTenantError);
});

test("keys and users of many tenants at once each reach their own rows, whichever connection they get", async () => {
  const owners = await Promise.all(Array.from({ length: 5 }, () => makeTenant(admin)));
  const keys = await Promise.all(owners.map((owner) => makeKey(admin, owner)));
  const seen = await Promise.all(
    Array.from({ length: 60 }, async (_, at) => {
      const owner = owners[at % 5];
      const principal = at % 2 === 0 ? keys[at % 5] : owner;
      if (principal === undefined || owner === undefined) throw new Error("not made");
      const { rows } = await withTenant(orm.em, principal, { ...occasion, readOnly: true }, (em) =>
        new TenantRepository(em, Document).list(["id"], { limit: 5 }),
      );
      return [owner.documentId, rows];
    }),
  );
  for (const [id, rows] of seen) expect(rows).toEqual([{ id }]);
});

test("a key that is unknown, revoked or expired answers in one sentence that tells them apart to nobody", async () => {
  const owner = await makeTenant(admin);
  const [revoked, expired] = [await makeKey(admin, owner), await makeKey(admin, owner)];
  await admin.query("update app.tenant_api_keys set revoked_at = now() where id = $1", [revoked.id]);
  await admin.query(
    "update app.tenant_api_keys set created_at = now() - interval '1 hour', expires_at = now() where id = $1",
    [expired.id],
  );
  for (const key of [revoked, expired, { kind: "apiKey", keyHash: Buffer.alloc(32) } as const]) {
    const error = await withTenant(orm.em, key, occasion, async () => "ran").catch((e: unknown) => e);
    expect(toDomainError(error)).toMatchObject({
      kind: "unauthenticated",
      reason: "auth/key-invalid",
      message: "the API key is not valid: unknown, revoked or expired",
    });
  }
});
