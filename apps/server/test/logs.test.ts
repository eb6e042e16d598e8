import { bearerOf } from "@severalty/api/testing/caller-for";
import { makeTenant } from "@severalty/db/testing/make-tenant";
import { expect, test } from "vitest";
import { call } from "./call.ts";
import { openTestServer, serve } from "./open-test-server.ts";

const { url, services, databases, database, admin, logged } = await openTestServer();

const person = {
  tenantName: "Tenant-Name-In-Secret",
  tenantSlug: "slug-in-secret",
  name: "Name-In-Secret",
  email: "mail-in-secret@example.com",
  password: "password-in-secret",
};

test("no log line carries contents, addresses, passwords, tokens or values of statements", async () => {
  const signedIn = (await call(url, "auth.register", person)).data as { accessToken: string; refreshToken: string };
  const authorization = `Bearer ${signedIn.accessToken}`;
  const document = { title: "title-in-secret", content: "content-in-secret", metadata: { key: "metadata-in-secret" } };
  const { id } = (await call(url, "documents.create", document, authorization)).data as { id: string };
  await call(url, "documents.list", { search: "search-in-secret" }, authorization);
  await call(url, "documents.update", { id, version: 9, title: "title-in-secret" }, authorization);
  await call(url, "auth.register", person);
  await call(url, "auth.login", { email: person.email, password: "wrong-in-secret" });
  await call(url, "auth.login", { email: person.email, password: person.password });
  await call(url, "auth.setPassword", { token: "link-in-secret", password: person.password });
  await call(url, "auth.refresh", { refreshToken: signedIn.refreshToken });
  await call(url, "auth.me", undefined, "Bearer token-in-secret");
  const keyInput = { name: "key-name-in-secret", permissions: ["documents.write"] };
  const { key } = (await call(url, "apiKeys.create", keyInput, authorization)).data as { key: string };
  const byKey = (apiKey: string) =>
    fetch(`${url}/trpc/documents.create`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": apiKey },
      body: '{"title":"title-in-secret"}',
    });
  expect([(await byKey(key)).status, (await byKey("key-in-secret")).status]).toEqual([200, 401]);
  await call(url, "documents.create", { title: "title-in-secret", "key-in-secret": 1 }, authorization);
  await fetch(`${url}/trpc/documents.list?input=${encodeURIComponent('{"search":"query-in-secret"}')}`);
  await fetch(`${url}/trpc/documents.create`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization, cookie: "cookie-in-secret" },
    body: '{"title": "body-in-secret',
  });
  const faulty = await serve({ ...services, clock: () => new Date("+020000-01-01") }, databases);
  expect((await call(faulty, "documents.create", document, authorization)).status).toBe(500);
  const away = await database.orm("severalty_app", { url: "postgres://severalty_app:url-in-secret@127.0.0.1:1/x" });
  const cut = await serve({ ...services, app: away }, databases);
  expect((await call(cut, "documents.list", {}, authorization)).status).toBe(503);

  expect(logged().match(/"msg":"answered"/g)?.length).toBeGreaterThanOrEqual(15);
  for (const level of [30, 40, 50]) expect(logged()).toContain(`"level":${level}`);
  for (const value of [
    signedIn.accessToken,
    signedIn.refreshToken,
    key.slice(17),
    "svr_",
    "svk_",
    "argon2",
    "eyJ",
    "@example.com",
  ])
    expect(logged()).not.toContain(value);
  expect(logged()).not.toMatch(/in-secret/i);
  expect(logged()).not.toMatch(/insert into|update "|select .* from/i);
});

test("every request leaves one line with method, path, status and time, without its query", async () => {
  const before = logged().length;
  await fetch(`${url}/trpc/nothing?input=1`, { headers: { "x-request-id": "line-1" } });
  const lines = logged().slice(before).trim().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: 30, requestId: "line-1", procedure: "nothing", code: "NOT_FOUND", msg: "refused" },
    { level: 30, requestId: "line-1", method: "GET", path: "/trpc/nothing", status: 404, msg: "answered" },
  ]);
});

test("an unexpected error is logged with its code and its place in the program, under the request's id", async () => {
  const tenant = await makeTenant(admin);
  const faulty = await serve({ ...services, clock: () => new Date("+020000-01-01") }, databases);
  const before = logged().length;
  const { error } = await call(faulty, "documents.create", { title: "x" }, bearerOf(services, tenant));
  const lines = logged().slice(before).split("\n");
  const line = JSON.parse(lines.find((text) => text.includes('"level":50')) ?? "null") as unknown;
  expect(line).toMatchObject({
    requestId: error?.data.requestId,
    procedure: "documents.create",
    msg: "unexpected error",
    err: { code: "22009", stack: expect.stringContaining("at ") as unknown },
  });
});

test("an error outside of every procedure is logged with its place in the program and without its message, which may quote values", async () => {
  const fault = new Error("insert into t values ('value-in-secret'): duplicate key, Key (email)=(mail-in-secret)");
  const isDraining = () => {
    throw fault;
  };
  const broken = await serve(services, databases, { isDraining });
  const before = logged().length;
  expect((await fetch(`${broken}/healthz`)).status).toBe(500);
  const [line] = logged().slice(before).split("\n");
  expect(JSON.parse(line ?? "null")).toMatchObject({
    level: 50,
    msg: "unhandled error",
    err: { type: "Error", stack: expect.stringContaining("at ") as unknown },
  });
  expect(line).not.toMatch(/in-secret|duplicate/);
});
