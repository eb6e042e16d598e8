import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { TestDatabase } from "@severalty/db/testing/test-database";
import { afterAll, expect, inject, test } from "vitest";
import { call } from "./call.ts";
import { serverEnvOn, spawnServer } from "./spawn-server.ts";

const database = await TestDatabase.create();
afterAll(() => database[Symbol.asyncDispose]());

const admin = await database.client();

const bundled = () => spawnServer(serverEnvOn(database.adminUrl, { ENVIRONMENT: "production" }));

test("E5: the bundle alone registers, signs in and answers who it is, over HTTP", async () => {
  expect(readdirSync(dirname(inject("bundle")))).not.toContain("node_modules");
  await using server = bundled();
  const url = await server.url();
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: "ready", reasons: [] });
  const person = { name: "Nora", email: "nora@example.com", password: "correct horse battery" };
  const registered = await call(url, "auth.register", { ...person, tenantName: "N", tenantSlug: "northwind" });
  expect(registered.status).toBe(200);
  const { rows } = await admin.query<{ hash: string }>("select hashed_password as hash from auth.identities");
  expect(rows).toEqual([{ hash: expect.stringMatching(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/) as string }]);
  const signedIn = await call(url, "auth.login", { email: person.email, password: person.password });
  const { accessToken, user } = signedIn.data as { accessToken: string; user: unknown };
  const { data } = await call(url, "auth.me", undefined, `Bearer ${accessToken}`);
  expect(data).toMatchObject({ user, tenant: { slug: "northwind" } });
  const created = await call(url, "documents.create", { title: "Brief" }, `Bearer ${accessToken}`);
  expect(created).toMatchObject({ status: 200, data: { title: "Brief", version: 1 } });
  server.child.kill("SIGTERM");
  expect(await server.ended).toMatchObject({ code: 0, stderr: "" });
});

test("the bundle shows no stack, and limits sign-ins as production does", async () => {
  await using server = bundled();
  const url = await server.url();
  const login = () => call(url, "auth.login", { email: "nobody@example.com", password: "wrong" });
  for (let attempt = 0; attempt < 10; attempt++)
    expect((await login()).error?.data.reason).toBe("auth/wrong-credentials");
  const { status, error } = await login();
  expect([status, error?.data.reason]).toEqual([429, "request/rate-limited"]);
  expect(Object.keys(error?.data ?? {}).toSorted()).toEqual(["code", "httpStatus", "reason", "requestId"]);
});
