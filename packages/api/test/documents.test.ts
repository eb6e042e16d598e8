import { createHash } from "node:crypto";
import { makeTenant } from "@severalty/db/testing/make-tenant";
import { createNewId } from "@severalty/domain/ids";
import { expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { callerFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";

const { services, admin } = await openTestApi();
const newId = createNewId();

const makeCaller = async () => {
  const tenant = await makeTenant(admin);
  return { tenant, documents: callerFor(services, tenant).documents };
};

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

test("a document is answered as it was created, its author being the caller", async () => {
  const { tenant, documents } = await makeCaller();
  const metadata = { tags: ["a", { deep: null }], ключ: 1.5 };
  const content = "  Größe: 10 € 👋\r\n\ttabs stay ";
  const created = await documents.create({ title: "  Brief 👋 ", content, metadata, parentId: tenant.documentId });
  expect(created).toEqual({
    id: expect.any(String) as unknown,
    userId: tenant.userId,
    parentId: tenant.documentId,
    teamId: null,
    title: "Brief 👋",
    content,
    contentHash: sha256(content),
    metadata,
    version: 1,
    createdAt: expect.any(Date) as unknown,
    updatedAt: created.createdAt,
  });
  expect(await documents.byId({ id: created.id })).toEqual(created);
});

test("a document of a title alone is empty, and its hash is that of nothing", async () => {
  const { documents } = await makeCaller();
  const created = await documents.create({ title: "x" });
  expect(created).toMatchObject({ content: "", contentHash: sha256(""), metadata: {}, parentId: null });
});

test("an update changes what it names, counts the version up, and hashes new content", async () => {
  const { documents } = await makeCaller();
  const created = await documents.create({ title: "one", content: "old", metadata: { a: 1 } });
  const renamed = await documents.update({ id: created.id, version: 1, title: "two" });
  expect(renamed).toEqual({ ...created, title: "two", version: 2, updatedAt: renamed.updatedAt });
  const rewritten = await documents.update({ id: created.id, version: 2, content: "new", metadata: {} });
  expect(rewritten).toMatchObject({
    title: "two",
    content: "new",
    contentHash: sha256("new"),
    metadata: {},
    version: 3,
  });
  expect(await documents.byId({ id: created.id })).toEqual(rewritten);
});

test("an update from a version that has passed is a conflict and changes nothing", async () => {
  const { tenant, documents } = await makeCaller();
  const current = await documents.update({ id: tenant.documentId, version: 1, title: "first" });
  for (const input of [
    { version: 1, title: "late" },
    { version: 3, title: "early" },
  ]) {
    const { error } = await ask(services, tenant, "documents.update", { id: tenant.documentId, ...input });
    expect(error).toMatchObject({
      message: `the row in documents has changed since version ${input.version}: read it again, then repeat the change`,
      data: { code: "CONFLICT", httpStatus: 409, reason: "documents/stale-version" },
    });
  }
  expect(await documents.byId({ id: tenant.documentId })).toEqual(current);
});

test("of many updates from one version at once exactly one succeeds", async () => {
  const { tenant, documents } = await makeCaller();
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, (_, at) => documents.update({ id: tenant.documentId, version: 1, title: `by ${at}` })),
  );
  const won = results.filter((result) => result.status === "fulfilled");
  expect(won).toHaveLength(1);
  expect(await documents.byId({ id: tenant.documentId })).toEqual(won[0]?.value);
});

test("a removed document is gone, and removing it again finds nothing", async () => {
  const { tenant, documents } = await makeCaller();
  const { id } = await documents.create({ title: "x" });
  expect(await documents.remove({ id, version: 1 })).toEqual({ id });
  for (const [path, input] of [
    ["byId", { id }],
    ["remove", { id }],
    ["remove", { id, version: 1 }],
  ] as const) {
    const { error } = await ask(services, tenant, `documents.${path}`, input);
    expect(error?.data).toMatchObject({ code: "NOT_FOUND", httpStatus: 404, reason: "documents/not-found" });
  }
});

test("a document is removed without a version, but not from a version that has passed", async () => {
  const { tenant, documents } = await makeCaller();
  await documents.update({ id: tenant.documentId, version: 1, title: "moved on" });
  const { error } = await ask(services, tenant, "documents.remove", { id: tenant.documentId, version: 1 });
  expect(error?.data.reason).toBe("documents/stale-version");
  expect(await documents.remove({ id: tenant.documentId })).toEqual({ id: tenant.documentId });
});

test("a document that others stand under cannot be removed", async () => {
  const { tenant, documents } = await makeCaller();
  await documents.create({ title: "child", parentId: tenant.documentId });
  const { error } = await ask(services, tenant, "documents.remove", { id: tenant.documentId });
  expect(error).toMatchObject({
    message: "the row is still referenced from documents (1)",
    data: { code: "CONFLICT", httpStatus: 409, reason: "documents/in-use" },
  });
  expect(await documents.byId({ id: tenant.documentId })).toMatchObject({ version: 1 });
});

test("a document cannot stand under one that does not exist", async () => {
  const { tenant } = await makeCaller();
  const { error } = await ask(services, tenant, "documents.create", { title: "x", parentId: newId() });
  expect(error).toMatchObject({
    message: "a row that this one of documents refers to does not exist",
    data: { code: "NOT_FOUND", httpStatus: 404, reason: "documents/reference-not-found" },
  });
});

test("every change is in the audit log with its actor and the names of what changed, never with contents", async () => {
  const { tenant, documents } = await makeCaller();
  const { id } = await documents.create({ title: "first secret title", content: "secret content" });
  await documents.update({ id, version: 1, title: "second secret title" });
  await documents.remove({ id });
  const { items } = await callerFor(services, tenant).auditLogs.list({ resourceId: id });
  expect(items.map(({ action, details }) => ({ action, details }))).toEqual([
    { action: "documents.remove", details: {} },
    { action: "documents.update", details: { changed: ["title"] } },
    { action: "documents.create", details: {} },
  ]);
  for (const item of items)
    expect(item).toMatchObject({
      userId: tenant.userId,
      actorKind: "user",
      outcome: "ok",
      requestId: "request-of-a-test",
    });
  expect(JSON.stringify(items)).not.toContain("secret");
});
