import { Document } from "@severalty/db/entities/document";
import { makeTenant } from "@severalty/db/testing/make-tenant";
import { TenantRepository } from "@severalty/db/tenancy/tenant-repository";
import { contentHash } from "@severalty/domain/document";
import { DomainError } from "@severalty/domain/errors";
import { asId, createNewId, type DocumentId } from "@severalty/domain/ids";
import { expect, test } from "vitest";
import { z } from "zod";
import { createCallerFactory, router, tenantProcedure } from "../src/procedures.ts";
import { contextFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";

const { services, admin } = await openTestApi();
const newId = createNewId();

const write = (title: string) =>
  tenantProcedure("documents.write", z.strictObject({ fail: z.enum(["domain", "program", "sql", "late"]) })).mutation(
    async ({ ctx, input }) => {
      const documents = new TenantRepository(ctx.em, Document);
      const data = { id: newId<DocumentId>(), userId: ctx.actor.userId, title, contentHash: contentHash("") };
      await documents.create(data, new Date(), ["id"]);
      if (input.fail === "domain") throw new DomainError("conflict", "documents/too-many", "there are too many");
      if (input.fail === "program") throw new TypeError("title of a secret is not a function");
      if (input.fail === "sql") await documents.remove(asId<DocumentId>("no uuid"));
      return { at: new Date(Number.NaN).toISOString() };
    },
  );

const createCaller = createCallerFactory(
  router({
    documents: router({
      writeThenFail: write("written before it failed"),
      readThatWrites: tenantProcedure("documents.read", z.void()).query(async ({ ctx }) => {
        await ctx.em.execute("update app.documents set title = 'written by a read'");
      }),
    }),
  }),
);

const leftBy = async (requestId: string, tenantId: string) => {
  const audit = await admin.query<object>(
    `select action, outcome, resource_type as "resourceType", details from app.audit_logs where request_id = $1`,
    [requestId],
  );
  const titles = await admin.query<{ title: string }>("select title from app.documents where tenant_id = $1", [
    tenantId,
  ]);
  return { audit: audit.rows, titles: titles.rows.map(({ title }) => title) };
};

test.each([
  ["domain", "documents/too-many", "there are too many"],
  ["program", "server/unexpected", "title of a secret is not a function"],
  ["sql", "server/unexpected", "invalid input syntax"],
  ["late", "server/unexpected", "Invalid time value"],
] as const)("a mutation that fails by %s commits nothing and leaves one audit row", async (fail, reason, message) => {
  const tenant = await makeTenant(admin, { title: "was there" });
  const requestId = `failed-${fail}`;
  const call = createCaller(contextFor(services, tenant, { requestId })).documents.writeThenFail({ fail });
  await expect(call).rejects.toThrow(message);
  expect(await leftBy(requestId, tenant.tenantId)).toEqual({
    audit: [{ action: "documents.writeThenFail", outcome: "error", resourceType: "documents", details: { reason } }],
    titles: ["was there"],
  });
});

test("a query cannot write, and its failure leaves no audit row", async () => {
  const tenant = await makeTenant(admin, { title: "was there" });
  const call = createCaller(contextFor(services, tenant, { requestId: "read" })).documents.readThatWrites();
  await expect(call).rejects.toThrow("read-only transaction");
  expect(await leftBy("read", tenant.tenantId)).toEqual({ audit: [], titles: ["was there"] });
});
