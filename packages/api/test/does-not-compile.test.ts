import type { Document } from "@severalty/db/entities/document";
import { Document as DocumentEntity } from "@severalty/db/entities/document";
import type { KeyedCall } from "@severalty/db/tenancy/answer-once";
import type { EntityManager } from "@severalty/db/orm";
import { TenantRepository } from "@severalty/db/tenancy/tenant-repository";
import { tenantId, type DocumentId, type TeamId, type TenantId } from "@severalty/domain/ids";
import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { router, tenantProcedure } from "../src/procedures.ts";
import type { appRouter } from "../src/root.ts";
import type { LeakingPaths, LeakOf } from "../src/testing/answer-leaks.ts";

// What is said here is checked by tsc: nothing of it runs.
const documents = (em: EntityManager) => new TenantRepository(em, DocumentEntity);
declare const given: { document: DocumentId; team: TeamId; tenant: TenantId; text: string; whole: Document };

const leaking = () =>
  router({
    documents: router({
      byId: tenantProcedure("documents.read", z.strictObject({})).query((): Promise<Document> => Promise.reject()),
      list: tenantProcedure("documents.read", z.strictObject({})).query((): { items: Document[] } => ({ items: [] })),
      count: tenantProcedure("documents.read", z.strictObject({})).query((): { count: number } => ({ count: 0 })),
    }),
    whose: tenantProcedure("documents.read", z.strictObject({})).query((): { tenantId: string } => ({ tenantId: "" })),
  });

const namingTenants = () => [
  // @ts-expect-error -- a caller may write any tenant
  tenantProcedure("documents.read", z.strictObject({ tenantId })),
  // @ts-expect-error -- nor an optional one
  tenantProcedure("documents.read", z.strictObject({ tenantId: tenantId.optional() })),
  // @ts-expect-error -- nor in one variant of several
  tenantProcedure("documents.read", z.union([z.strictObject({ id: z.uuid() }), z.strictObject({ tenantId })])),
];

const asked = (em: EntityManager) => [
  documents(em).byId(given.document, ["id"]),
  // @ts-expect-error -- a team's id is no document's
  documents(em).byId(given.team, ["id"]),
  // @ts-expect-error -- nor is a tenant's
  documents(em).remove(given.tenant),
  // @ts-expect-error -- nor is a text that nobody has checked
  documents(em).referred(given.text, "documents", ["id"]),
  // @ts-expect-error -- nor is one that a change names
  documents(em).update(given.text, 1, { title: "" }, new Date(), ["id"]),
];

const written = (em: EntityManager) => [
  // @ts-expect-error -- the tenant is the entered one
  documents(em).create({ id: given.document, tenantId: given.tenant }, new Date(), ["id"]),
  // @ts-expect-error -- a change moves no row to another tenant
  documents(em).update(given.document, 1, { tenantId: given.tenant }, new Date(), ["id"]),
  // @ts-expect-error -- an entity brings its tenant along
  documents(em).update(given.document, 1, { ...given.whole }, new Date(), ["id"]),
  // @ts-expect-error -- a parent is a document
  documents(em).update(given.document, 1, { parentId: given.team }, new Date(), ["id"]),
];

test("no answer of any procedure is an entity, nor has a tenant, a hash or a wrapped key in it; grants alone say for whom they are", () => {
  type Grants = `platform.grants.${"list" | "byId" | "create" | "end"}`;
  expectTypeOf<LeakingPaths<(typeof appRouter)["_def"]["record"]>>().toEqualTypeOf<Grants>();
});

test("an answer that is an entity, or has one within it, is found", () => {
  type Routers = ReturnType<typeof leaking>["_def"]["record"];
  expectTypeOf<LeakingPaths<Routers>>().toEqualTypeOf<"documents.byId" | "documents.list" | "whose">();
  expectTypeOf<LeakOf<{ row: { keyHash: string }; file: Buffer }>>().toEqualTypeOf<"keyHash" | "bytes">();
});

test("an input that names a tenant makes no procedure", () => {
  expectTypeOf(namingTenants).toBeFunction();
});

test("a row is asked for by an id of its own noun", () => {
  expectTypeOf(asked).toBeFunction();
});

test("no row is written with a tenant of the writer's own", () => {
  expectTypeOf(written).toBeFunction();
});

test("an idempotency key is of an actor", () => {
  expectTypeOf<Omit<KeyedCall, "actorId">>().not.toExtend<KeyedCall>();
});
