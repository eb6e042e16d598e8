import { randomBytes } from "node:crypto";
import { createClient, createMemoryTokenStore, SeveraltyError } from "@severalty/client";
import { makeTenant } from "@severalty/db/testing/make-tenant";
import { createAccessTokens } from "@severalty/auth/access-token";
import { testSecret } from "@severalty/api/testing/make-services";
import { expect, test } from "vitest";
import { openTestServer, serve } from "./open-test-server.ts";

const { url, services, databases, admin } = await openTestServer();

const makePerson = () => {
  const tag = randomBytes(6).toString("hex");
  return {
    tenantName: "Northwind",
    tenantSlug: `northwind-${tag}`,
    name: "Nora Lindgren",
    email: `nora-${tag}@example.com`,
    password: "correct horse battery",
  };
};

const failureOf = async (call: Promise<unknown>): Promise<SeveraltyError> => {
  const error: unknown = await call.then(() => undefined).catch((thrown: unknown) => thrown);
  if (error instanceof SeveraltyError) return error;
  throw new Error("the call did not fail with a SeveraltyError", { cause: error });
};

test("E5: whoever registers is signed in, signs out, and signs in again", async () => {
  const person = makePerson();
  const client = createClient({ url });
  const { user, tenant } = await client.auth.register.mutate(person);
  expect(await client.auth.me.query()).toMatchObject({ user, tenant });
  expect(await client.auth.logout.mutate()).toEqual({ signedOut: true });
  expect((await failureOf(client.auth.me.query())).reason).toBe("auth/no-token");
  await client.auth.login.mutate({ email: person.email, password: person.password, tenantSlug: person.tenantSlug });
  expect(await client.auth.me.query()).toMatchObject({ user, tenant });
});

test("a client keeps documents through all their verbs", async () => {
  const { documents, auth } = createClient({ url });
  await auth.register.mutate(makePerson());
  const created = await documents.create.mutate({ title: "Brief", content: "Größe", metadata: { a: [1] } });
  expect(await documents.byId.query({ id: created.id })).toEqual(created);
  const { id } = created;
  const updated = await documents.update.mutate({ id, version: created.version, title: "Final" });
  expect((await documents.list.query({ search: "final" })).items.map((item) => item.version)).toEqual([
    updated.version,
  ]);
  const stale = await failureOf(documents.update.mutate({ id, version: created.version, title: "Late" }));
  expect(stale).toMatchObject({ code: "CONFLICT", httpStatus: 409, reason: "documents/stale-version" });
  await documents.remove.mutate({ id });
  expect((await failureOf(documents.byId.query({ id }))).reason).toBe("documents/not-found");
});

test("input that breaks a rule reaches the program as messages by field", async () => {
  const { auth } = createClient({ url });
  const error = await failureOf(auth.register.mutate({ ...makePerson(), tenantSlug: "-", password: "short" }));
  expect(error).toMatchObject({ code: "BAD_REQUEST", reason: "input/invalid", isRetryable: false });
  expect(Object.keys(error.fields).toSorted()).toEqual(["password", "tenantSlug"]);
  expect(error.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

test("two clients of two tenants see nothing of each other", async () => {
  const [a, b] = [createClient({ url }), createClient({ url })];
  for (const client of [a, b]) await client.auth.register.mutate(makePerson());
  const { id } = await a.documents.create.mutate({ title: "of a" });
  expect((await b.documents.list.query()).items).toEqual([]);
  const [theirs, nobodys] = await Promise.all([
    failureOf(b.documents.byId.query({ id })),
    failureOf(b.documents.byId.query({ id: (await makeTenant(admin)).documentId })),
  ]);
  expect([theirs.code, theirs.reason, theirs.message]).toEqual([nobodys.code, nobodys.reason, nobodys.message]);
});

test("an access token that has expired is renewed once for all calls, without the program noticing", async () => {
  const tokens = createMemoryTokenStore();
  const brief = createAccessTokens({ secret: testSecret, ttlMs: 1_000, clock: () => Date.now() - 60_000 });
  const expiring = await serve(
    { ...services, accessTokens: { ...services.accessTokens, sign: brief.sign } },
    databases,
  );
  await createClient({ url: expiring, tokens }).auth.register.mutate(makePerson());
  const before = await tokens.get();
  const client = createClient({ url, tokens });
  const answers = await Promise.all(Array.from({ length: 5 }, () => client.auth.me.query()));
  expect(new Set(answers.map(({ user }) => user.id)).size).toBe(1);
  expect((await tokens.get())?.refreshToken).not.toBe(before?.refreshToken);
});

test("a client whose session was ended elsewhere is told once that it is signed out", async () => {
  const reasons: string[] = [];
  const client = createClient({ url, onSignedOut: ({ reason }) => void reasons.push(reason) });
  const { user } = await client.auth.register.mutate(makePerson());
  await admin.query("update auth.sessions set revoked_at = now() where user_id = $1", [user.id]);
  const errors = await Promise.all([client.auth.me.query(), client.documents.list.query()].map(failureOf));
  for (const { code } of errors) expect(code).toBe("UNAUTHORIZED");
  expect(reasons).toHaveLength(1);
});

test("B7: a program calls with an API key until it is revoked, over HTTP as a user would", async () => {
  const administrator = createClient({ url });
  await administrator.auth.register.mutate(makePerson());
  const { key, id, version } = await administrator.apiKeys.create.mutate({
    name: "CI",
    permissions: ["documents.read", "documents.write"],
  });
  const program = createClient({ url, apiKey: key });
  const made = await program.documents.create.mutate({ title: "by a program" });
  const [found, ...others] = await Promise.all([
    program.documents.byId.query({ id: made.id }),
    failureOf(program.users.list.query()),
    failureOf(program.auth.me.query()),
    failureOf(program.auth.logout.mutate()),
  ]);
  expect(found).toEqual(made);
  expect(others.map(({ reason }) => reason)).toEqual(["auth/forbidden", "auth/user-only", "auth/user-only"]);
  await administrator.apiKeys.revoke.mutate({ id, version });
  expect(await failureOf(program.documents.list.query())).toMatchObject({
    httpStatus: 401,
    reason: "auth/key-invalid",
    isRetryable: false,
  });
});
