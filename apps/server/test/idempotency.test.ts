import { bearerOf } from "@severalty/api/testing/caller-for";
import { makeTenant } from "@severalty/db/testing/make-tenant";
import { expect, test } from "vitest";
import { openTestServer } from "./open-test-server.ts";

const { url, services, admin } = await openTestServer();

const send = async (path: string, authorization: string, key: string, body: unknown, accept = "application/json") => {
  const response = await fetch(`${url}/trpc/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization, "idempotency-key": key, "trpc-accept": accept },
    body: JSON.stringify(body),
  });
  const replayed = response.headers.get("idempotency-replayed");
  return { status: response.status, replayed, text: await response.text() };
};

const titlesOf = async (tenantId: string) => {
  const { rows } = await admin.query<{ title: string }>("select title from app.documents where tenant_id = $1", [
    tenantId,
  ]);
  return rows.map(({ title }) => title).toSorted();
};

test("a request that is sent again gets the same status and body, and a header that says so", async () => {
  const tenant = await makeTenant(admin, { title: "was there" });
  const authorization = bearerOf(services, tenant);
  const input = { title: "made", metadata: { z: 1, a: 2 } };
  const first = await send("documents.create", authorization, "a-key", input);
  expect(first).toMatchObject({ status: 200, replayed: null });
  expect(await send("documents.create", authorization, "a-key", input)).toEqual({ ...first, replayed: "true" });
  const other = await send("documents.create", authorization, "a-key", { title: "other" });
  expect(other).toMatchObject({ status: 409, replayed: null });
  expect(other.text).toContain('"reason":"idempotency/key-reused"');
  expect(await titlesOf(tenant.tenantId)).toEqual(["made", "was there"]);
});

test("a batch of one call may bear a key; of a larger one each mutation is refused, and none is done", async () => {
  const tenant = await makeTenant(admin, { title: "was there" });
  const authorization = bearerOf(services, tenant);
  const one = () => send("documents.create?batch=1", authorization, "one", { 0: { title: "made" } });
  const first = await one();
  expect(await one()).toEqual({ ...first, replayed: "true" });
  const two = { 0: { title: "never" }, 1: { title: "never" } };
  for (const accept of ["application/json", "application/jsonl"]) {
    const { text } = await send("documents.create,documents.create?batch=1", authorization, "two", two, accept);
    expect(text.match(/"reason":"idempotency\/batched"/g)).toHaveLength(2);
  }
  expect(await titlesOf(tenant.tenantId)).toEqual(["made", "was there"]);
});

test("two keys on one request, and an empty one, are none", async () => {
  const authorization = bearerOf(services, await makeTenant(admin));
  const headers = new Headers({ "content-type": "application/json", authorization, "idempotency-key": "a" });
  headers.append("idempotency-key", "b");
  const answer = await fetch(`${url}/trpc/documents.create`, { method: "POST", headers, body: '{"title":"x"}' });
  expect(await answer.text()).toContain("got 4 characters, of which 1 are others");
  const { text } = await send("documents.create", authorization, "", { title: "x" });
  expect(text).toContain("got 0 characters");
});

test("a query and a sign-in take no notice of a key", async () => {
  const tenant = await makeTenant(admin);
  const { status } = await send("documents.list", bearerOf(services, tenant), "not a key", {});
  expect(status).toBe(200);
  const { text } = await send("auth.login", "", "not a key", { email: tenant.email, password: "wrong" });
  expect(text).toContain('"reason":"auth/wrong-credentials"');
});
