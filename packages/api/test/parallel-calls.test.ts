import { makeTenant } from "@severalty/db/testing/make-tenant";
import { createNewId } from "@severalty/domain/ids";
import { expect, test } from "vitest";
import { contextFor, createCaller } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";

const { services, admin } = await openTestApi();
const unknown = createNewId()<never>();

const outcomeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return "done";
  } catch (error) {
    const cause: unknown = error instanceof Error ? error.cause : undefined;
    return cause instanceof Error && "reason" in cause ? String(cause.reason) : String(error);
  }
};

test("calls of one request that run in parallel with different outcomes do not disturb each other", async () => {
  const tenant = await makeTenant(admin);
  const { documents, users, auditLogs } = createCaller(contextFor(services, tenant, { requestId: "batch" }));
  await documents.create({ title: "child", parentId: tenant.documentId });
  const rounds = Array.from({ length: 5 }, async (_, at) => {
    const outcomes = await Promise.all(
      [
        documents.create({ title: `made ${at}` }),
        documents.create({ title: "orphan", parentId: unknown }),
        documents.byId({ id: tenant.documentId }),
        documents.byId({ id: unknown }),
        documents.update({ id: tenant.documentId, version: 999, title: "never" }),
        documents.remove({ id: tenant.documentId }),
        users.byId({ id: tenant.userId }),
        users.byId({ id: unknown }),
        auditLogs.list({ limit: 1 }),
        documents.create({ title: `also made ${at}` }),
      ].map(outcomeOf),
    );
    expect(outcomes).toEqual([
      "done",
      "documents/reference-not-found",
      "done",
      "documents/not-found",
      "documents/stale-version",
      "documents/in-use",
      "done",
      "users/not-found",
      "done",
      "done",
    ]);
  });
  await Promise.all(rounds);
  const { items } = await documents.list({ search: "made", limit: 100 });
  expect(items.map(({ title }) => title).toSorted()).toEqual(
    ["also made", "made"].flatMap((title) => [0, 1, 2, 3, 4].map((at) => `${title} ${at}`)),
  );
  const failures = await auditLogs.list({ requestId: "batch", outcome: "error", limit: 100 });
  expect(failures.items.map(({ details }) => details["reason"] as string).toSorted()).toEqual(
    ["documents/in-use", "documents/reference-not-found", "documents/stale-version"].flatMap((reason) =>
      Array.from({ length: 5 }, () => reason),
    ),
  );
});

test("calls of two tenants in parallel each see their own rows, whichever connection they get", async () => {
  const [a, b] = [await makeTenant(admin), await makeTenant(admin)];
  const ask = async (tenant: typeof a) => {
    const { items } = await createCaller(contextFor(services, tenant)).documents.list();
    expect(items.map(({ id }) => id)).toEqual([tenant.documentId]);
  };
  await Promise.all(Array.from({ length: 60 }, (_, at) => ask(at % 2 === 0 ? a : b)));
});
