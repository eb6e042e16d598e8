import { createNewId } from "@severalty/domain/ids";
import { NoTenantError, NotFoundError, StaleVersionError } from "@severalty/domain/errors";
import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toDomainError } from "../src/database-error.ts";
import { Document } from "../src/entities/document.ts";
import type { Orm } from "../src/orm.ts";
import { TenantRepository } from "../src/tenancy/tenant-repository.ts";
import { withTenant } from "../src/tenancy/with-tenant.ts";
import { makeTenant } from "../src/testing/make-tenant.ts";
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
      id: newId(),
      userId: owner.userId,
      title: "one",
      contentHash: hash,
      metadata: { a: [1, { b: null }] },
    };
    const created = await documents.create(data as never, now, ["id", "title", "version", "metadata", "createdAt"]);
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
