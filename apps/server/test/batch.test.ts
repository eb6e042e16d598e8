import { bearerOf } from "@severalty/api/testing/caller-for";
import { makeTenant } from "@severalty/db/testing/make-tenant";
import { createNewId } from "@severalty/domain/ids";
import { expect, test } from "vitest";
import { batchSizeMax } from "../src/app.ts";
import { openTestServer } from "./open-test-server.ts";

const { url, services, admin } = await openTestServer();

type Answers = readonly { result?: { data: Record<string, unknown> }; error?: { data: { reason: string } } }[];

const post = async (
  calls: readonly (readonly [string, unknown])[],
  authorization: string,
  accept = "application/json",
) => {
  const inputs = Object.fromEntries(calls.map(([, input], at) => [at, input]));
  const response = await fetch(`${url}/trpc/${calls.map(([path]) => path).join(",")}?batch=1`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization, "trpc-accept": accept },
    body: JSON.stringify(inputs),
  });
  return { status: response.status, text: await response.text() };
};

/** Per call its reason if it failed, otherwise the title that it answered. */
const outcomesOf = (text: string) =>
  (JSON.parse(text) as Answers).map(({ result, error }) => error?.data.reason ?? result?.data["title"] ?? "done");

test("mutations of one batch with different outcomes each get their own answer, in order", async () => {
  const tenant = await makeTenant(admin);
  const calls = [
    ["documents.create", { title: "made" }],
    ["documents.create", { title: "" }],
    ["documents.remove", { id: createNewId()() }],
    ["documents.update", { id: tenant.documentId, version: 7, title: "never" }],
    ["documents.create", { title: "orphan", parentId: createNewId()() }],
    ["nothing.here", {}],
    ["auth.login", { email: "nobody@example.com", password: "wrong" }],
    ["auth.refresh", { refreshToken: "svr_x" }],
    ["documents.update", { id: tenant.documentId, version: 1, title: "changed" }],
    ["documents.create", { title: "also made" }],
  ] as const;
  expect(calls).toHaveLength(batchSizeMax);
  const { status, text } = await post(calls, bearerOf(services, tenant));
  expect(status).toBe(207);
  expect(outcomesOf(text)).toEqual([
    "made",
    "input/invalid",
    "documents/not-found",
    "documents/stale-version",
    "documents/reference-not-found",
    "request/unknown-procedure",
    "auth/wrong-credentials",
    "auth/refresh-token-invalid",
    "changed",
    "also made",
  ]);
  const { rows } = await admin.query<{ title: string }>("select title from app.documents where tenant_id = $1", [
    tenant.tenantId,
  ]);
  expect(rows.map(({ title }) => title).toSorted()).toEqual(["also made", "changed", "made"]);
});

test("queries of one batch with different outcomes each get their own answer, in order", async () => {
  const [tenant, other] = [await makeTenant(admin, { title: "own" }), await makeTenant(admin)];
  const calls = [
    ["documents.byId", { id: tenant.documentId }],
    ["documents.byId", { id: other.documentId }],
    ["documents.byId", { id: "7" }],
    ["users.byId", { id: other.userId }],
    ["documents.byId", { id: tenant.documentId }],
  ] as const;
  const { status, text } = await post(calls, bearerOf(services, tenant));
  expect(status).toBe(207);
  const [refused, missing] = ["input/invalid", "documents/not-found"];
  expect(outcomesOf(text)).toEqual(["own", missing, refused, "users/not-found", "own"]);
});

test("a streamed batch answers alike", async () => {
  const tenant = await makeTenant(admin);
  const calls = [
    ["documents.byId", { id: tenant.documentId }],
    ["documents.byId", { id: createNewId()() }],
  ] as const;
  const { status, text } = await post(calls, bearerOf(services, tenant), "application/jsonl");
  expect(status).toBe(200);
  expect(text).toContain(`"id":"${tenant.documentId}"`);
  expect(text).toContain('"reason":"documents/not-found"');
  expect(text).not.toMatch(/"stack"|\.ts:/);
});

test("many batches of two tenants at once never mix their rows", async () => {
  const tenants = [await makeTenant(admin), await makeTenant(admin)] as const;
  const batch = async (at: number) => {
    const tenant = tenants[at % 2 === 0 ? 0 : 1];
    const calls = Array.from({ length: 5 }, () => ["documents.list", {}] as const);
    const answers = JSON.parse((await post(calls, bearerOf(services, tenant))).text) as {
      result: { data: { items: { id: string }[] } };
    }[];
    for (const { result } of answers) expect(result.data.items.map(({ id }) => id)).toEqual([tenant.documentId]);
    expect(answers).toHaveLength(5);
  };
  await Promise.all(Array.from({ length: 16 }, (_, at) => batch(at)));
});
