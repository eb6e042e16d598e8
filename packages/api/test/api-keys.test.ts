import { randomBytes } from "node:crypto";
import { parseApiKey } from "@severalty/auth/api-key";
import { poolOf } from "@severalty/db/orm";
import { makeMember, makeTenant, type MadeTenant } from "@severalty/db/testing/make-tenant";
import { ApiKeys } from "@severalty/db/tenancy/api-keys";
import { withTenant } from "@severalty/db/tenancy/with-tenant";
import { snapshot } from "@severalty/db/testing/snapshot";
import { permissions, type Permission } from "@severalty/domain/permission";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createRateLimits } from "../src/rate-limits.ts";
import { ask } from "../src/testing/ask.ts";
import { bearerOf, callerFor } from "../src/testing/caller-for.ts";
import { until } from "../src/testing/until.ts";
import { makeApiKey } from "../src/testing/make-api-key.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";

const { database, services, admin } = await openTestApi();

const hourMs = 3_600_000;
const fromNow = (ms: number) => new Date(Date.now() + ms).toISOString();
const byKey = (apiKey: string) => callerFor(services, undefined, { apiKey });

const reasonOf = async (...question: Parameters<typeof ask>) => {
  const answer = JSON.stringify(await ask(...question));
  return /"reason":"([^"]+)"/.exec(answer)?.[1];
};

/** How calls that ran at once ended: `done`, or the reason. */
const outcomesOf = async (calls: readonly Promise<unknown>[]): Promise<string[]> => {
  const reasons = (await Promise.allSettled(calls)).map((call) => {
    if (call.status === "fulfilled") return "done";
    const { cause } = call.reason as { cause?: { reason?: string } };
    return cause?.reason ?? String(call.reason);
  });
  return reasons.toSorted();
};

const makeCaller = async () => {
  const tenant = await makeTenant(admin);
  const { apiKeys, auditLogs, documents, teams, users } = callerFor(services, tenant);
  return { tenant, apiKeys, auditLogs, documents, teams, users };
};

/** A key as an administrator makes it. */
const makeKey = async (tenant: MadeTenant, held: Permission[] = ["documents.read"]) =>
  callerFor(services, tenant).apiKeys.create({ name: `Key ${Math.random()}`, permissions: held as never });

test("B7: an administrator makes a key, calls with it within its permissions, and revokes it", async () => {
  const { tenant, apiKeys, documents } = await makeCaller();
  const expiresAt = fromNow(hourMs);
  const made = await apiKeys.create({ name: " CI ", permissions: ["documents.read", "documents.write"], expiresAt });
  expect(made).toEqual({
    id: expect.any(String) as unknown,
    name: "CI",
    prefix: parseApiKey(made.key)?.prefix,
    permissions: ["documents.read", "documents.write"],
    createdBy: tenant.userId,
    lastUsedAt: null,
    expiresAt: new Date(expiresAt),
    revokedAt: null,
    version: 1,
    createdAt: expect.any(Date) as unknown,
    updatedAt: expect.any(Date) as unknown,
    key: expect.stringMatching(/^svk_/) as unknown,
  });
  const program = byKey(made.key);
  const document = await program.documents.create({ title: "by a program" });
  expect(await documents.byId({ id: document.id })).toMatchObject({ title: "by a program", userId: tenant.userId });
  expect((await program.documents.list()).items).toHaveLength(2);
  await expect(program.users.list()).rejects.toThrow("the API key lacks users.read");
  expect(await apiKeys.revoke({ id: made.id, version: 1 })).toMatchObject({
    version: 2,
    revokedAt: expect.any(Date) as unknown,
  });
  await expect(program.documents.list()).rejects.toThrow("the API key is not valid");
});

test("B7: a key is in the answer that made it and nowhere else: not in a row, not in another answer, not in the log", async () => {
  const tenant = await makeTenant(admin);
  const lines: string[] = [];
  const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  const logging = { ...services, log };
  const input = { name: "shown once", permissions: ["apiKeys.read", "documents.write", "auditLogs.read"] };
  const { data } = await ask(logging, tenant, "apiKeys.create", input);
  const { id, key } = data as { id: string; key: string };
  const facts = { apiKey: key };
  const answers = [
    await ask(logging, undefined, "apiKeys.byId", { id }, facts),
    await ask(logging, undefined, "apiKeys.list", {}, facts),
    await ask(logging, undefined, "documents.create", { title: "" }, facts),
    await ask(logging, undefined, "teams.list", {}, facts),
    await ask(logging, tenant, "apiKeys.update", { id, version: 1, name: "renamed" }),
    await ask(logging, undefined, "auditLogs.list", { limit: 100 }, facts),
    await ask(logging, tenant, "apiKeys.revoke", { id, version: 2 }),
    await ask(logging, undefined, "apiKeys.list", {}, facts),
  ];
  const hash = parseApiKey(key)?.hash.toString("hex");
  const rows = JSON.stringify(await snapshot(admin));
  expect(rows).toContain(hash);
  const secret = key.slice(17, 60);
  const everywhere = rows + JSON.stringify(answers) + lines.join("");
  for (const trace of [secret, Buffer.from(secret, "base64url").toString("hex"), Buffer.from(key).toString("hex")])
    expect(everywhere.toLowerCase()).not.toContain(trace.toLowerCase());
  expect(JSON.stringify(answers) + lines.join("")).not.toContain(hash);
  expect(JSON.stringify(answers)).toContain(key.slice(0, 16));
});

test("a key goes on when the one who made it is demoted or disabled, and what it makes stays in his name", async () => {
  const { tenant, users } = await makeCaller();
  const colleague = await makeMember(admin, tenant.tenantId);
  const { apiKey } = await makeApiKey(admin, colleague, ["documents.write"]);
  await users.update({ id: colleague.userId, version: 1, role: "team_member", status: "disabled" });
  expect(await byKey(apiKey).documents.create({ title: "x" })).toMatchObject({ userId: colleague.userId });
});

test("the log names the key as the actor of what it did, and is narrowed to one key", async () => {
  const { tenant, auditLogs } = await makeCaller();
  const { id, apiKey } = await makeApiKey(admin, tenant, ["documents.write"]);
  const { id: resourceId } = await byKey(apiKey).documents.create({ title: "x" });
  const { items } = await auditLogs.list({ userId: id, resourceType: "documents" });
  expect(items).toMatchObject([{ actorKind: "api_key", userId: id, action: "documents.create", resourceId }]);
});

test("a key sees what belongs to any team of its tenant", async () => {
  const { tenant, teams } = await makeCaller();
  const team = await teams.create({ name: "Design" });
  await admin.query("update app.documents set team_id = $1 where id = $2", [team.id, tenant.documentId]);
  const { apiKey } = await makeApiKey(admin, tenant, ["documents.read"]);
  expect((await byKey(apiKey).documents.list()).items).toMatchObject([{ id: tenant.documentId }]);
});

test.each([
  [{ permissions: ["documents.read"] }, "name"],
  [{ name: "k", permissions: [] }, "permissions"],
  [{ name: "k", permissions: ["apiKeys.write"] }, "permissions.0"],
  [{ name: "k", permissions: ["documents.fly"] }, "permissions.0"],
  [{ name: "k", permissions: ["documents.read", "documents.read"] }, "permissions"],
  [{ name: "k", permissions: ["documents.read"], expiresAt: "tomorrow" }, "expiresAt"],
])("a key made of %j is refused with the field that is wrong", async (input, field) => {
  const { tenant } = await makeCaller();
  const { error } = await ask(services, tenant, "apiKeys.create", input);
  expect(error?.data).toMatchObject({ reason: "input/invalid", fields: { [field]: expect.any(String) as unknown } });
});

test.each([-1000, 0, 30_000, 6 * 365 * 24 * hourMs])("a key that would end %i ms from now is not made", async (ms) => {
  const { tenant } = await makeCaller();
  const input = { name: "k", permissions: ["documents.read"], expiresAt: fromNow(ms) };
  expect(await reasonOf(services, tenant, "apiKeys.create", input)).toBe("apiKeys/expiry-out-of-bounds");
});

test("two living keys differ in name; a revoked one leaves its name", async () => {
  const { tenant, apiKeys } = await makeCaller();
  const input = { name: "CI", permissions: ["documents.read" as const] };
  const { id } = await apiKeys.create(input);
  expect(await reasonOf(services, tenant, "apiKeys.create", input)).toBe("apiKeys/name-taken");
  await apiKeys.revoke({ id, version: 1 });
  const next = await apiKeys.create(input);
  const idsOf = async (isRevoked?: boolean) => (await apiKeys.list({ isRevoked })).items.map((item) => item.id);
  expect([await idsOf(), await idsOf(true), await idsOf(false)]).toEqual([[next.id, id], [id], [next.id]]);
});

test("a hundred keys live in a tenant and no more, however many are made at once; revoked and expired ones do not count", async () => {
  const { tenant, apiKeys } = await makeCaller();
  await admin.query(
    `insert into app.tenant_api_keys (tenant_id, id, name, prefix, key_hash, permissions, created_by, created_at, updated_at,
       expires_at, revoked_at)
     select $1::uuid, app.uuid_v7(), 'key ' || at, 'svk_000000000000', sha256(('k' || at || $1::text)::bytea), '{documents.read}', $2::uuid,
       now() - interval '1 day', now(), case when at <= 5 then now() end, case when at between 6 and 9 then now() end
     from generate_series(1, 108) at`,
    [tenant.tenantId, tenant.userId],
  );
  // One holds the last place and has not committed; whoever of the tenant comes meanwhile waits for it.
  const [hasCounted, mayCommit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const first = withTenant(services.app.em, tenant, { requestId: "first", action: "apiKeys.create" }, async (em) => {
    await new ApiKeys(em).assertRoom();
    await em.execute("update app.tenant_api_keys set expires_at = null where name = 'key 1'");
    hasCounted.resolve();
    await mayCommit.promise;
  });
  await hasCounted.promise;
  const others = outcomesOf([makeKey(tenant), makeKey(tenant)]);
  await until("both others wait", async () => {
    const { rowCount } = await admin.query(
      `select from pg_locks where locktype = 'advisory' and not granted
       and database = (select oid from pg_database where datname = current_database())`,
    );
    return rowCount === 2;
  });
  await makeKey(await makeTenant(admin));
  mayCommit.resolve();
  await first;
  expect(await others).toEqual(["apiKeys/too-many", "apiKeys/too-many"]);
  const [newest] = (await apiKeys.list({ limit: 1 })).items;
  if (newest === undefined) throw new Error("there is no key");
  await apiKeys.revoke({ id: newest.id });
  await makeKey(tenant);
});

test("of several who revoke a key at once one does, and the key keeps the moment", async () => {
  const { tenant, apiKeys } = await makeCaller();
  const { id } = await makeKey(tenant);
  const outcomes = await outcomesOf(Array.from({ length: 5 }, () => apiKeys.revoke({ id, version: 1 })));
  expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
  const others = outcomes.filter((outcome) => outcome !== "done");
  for (const outcome of others) expect(["apiKeys/already-revoked", "apiKeys/stale-version"]).toContain(outcome);
  const { revokedAt } = await apiKeys.byId({ id });
  expect(await reasonOf(services, tenant, "apiKeys.revoke", { id, version: 2 })).toBe("apiKeys/already-revoked");
  expect((await apiKeys.byId({ id })).revokedAt).toEqual(revokedAt);
});

test("while a key is being revoked its calls end one way or the other, and after that all are refused", async () => {
  const { tenant, apiKeys } = await makeCaller();
  const { id, key } = await makeKey(tenant, ["documents.write"]);
  const program = byKey(key);
  const write = () => program.documents.create({ title: "x" });
  const underWay = outcomesOf(Array.from({ length: 20 }, write));
  await apiKeys.revoke({ id, version: 1 });
  expect(await outcomesOf(Array.from({ length: 5 }, write))).toEqual(
    Array.from({ length: 5 }, () => "auth/key-invalid"),
  );
  const outcomes = await underWay;
  const done = outcomes.filter((outcome) => outcome === "done").length;
  expect(outcomes.filter((outcome) => outcome === "auth/key-invalid")).toHaveLength(20 - done);
  const { rowCount } = await admin.query("select from app.documents where tenant_id = $1", [tenant.tenantId]);
  expect(rowCount).toBe(1 + done);
});

test("the use of a key is noted at most once an hour, in the log too, and is no change of the key, nor of another", async () => {
  const { tenant, apiKeys } = await makeCaller();
  const idle = await makeApiKey(admin, tenant, ["documents.read"]);
  const { id, apiKey } = await makeApiKey(admin, tenant, ["documents.read"]);
  const noted = async () => {
    const { rows } = await admin.query(
      "select from app.audit_logs where user_id = $1 and action = 'apiKeys.use' and resource_id = $1",
      [id],
    );
    const { lastUsedAt, version } = await apiKeys.byId({ id });
    return { lastUsedAt, version, records: rows.length };
  };
  expect(await noted()).toEqual({ lastUsedAt: null, version: 1, records: 0 });
  await Promise.all(Array.from({ length: 5 }, () => byKey(apiKey).documents.list()));
  const first = await noted();
  expect(first).toEqual({ lastUsedAt: expect.any(Date) as unknown, version: 1, records: 1 });
  await byKey(apiKey).documents.list();
  expect(await noted()).toEqual(first);
  await admin.query("update app.tenant_api_keys set last_used_at = now() - interval '61 minutes' where id = $1", [id]);
  await byKey(apiKey).documents.list();
  expect(await noted()).toMatchObject({ records: 2 });
  expect(await apiKeys.byId({ id: idle.id })).toMatchObject({ lastUsedAt: null });
});

test("a use that cannot be noted is no failure of the call, which is done: it is answered, and an operator is told", async () => {
  const tenant = await makeTenant(admin);
  const { id, apiKey } = await makeApiKey(admin, tenant, ["documents.write"]);
  await admin.query(
    `create function pg_temp.fail() returns trigger language plpgsql as $$ begin raise exception 'disk full' using errcode = '53100'; end $$`,
  );
  await admin.query(
    `create trigger fail before update on app.tenant_api_keys for each row when (old.id = '${id}') execute function pg_temp.fail()`,
  );
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const requestId = `request-${id}`;
  const answer = await ask(services, undefined, "documents.create", { title: "done" }, { apiKey, log, requestId });
  await admin.query("drop trigger fail on app.tenant_api_keys");
  expect(answer).toMatchObject({ data: { title: "done" } });
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { level: 50, procedure: "apiKeys.use", err: { code: "53100" } },
  ]);
  const { rows } = await admin.query("select action, outcome from app.audit_logs where request_id = $1", [requestId]);
  expect(rows).toEqual([{ action: "documents.create", outcome: "ok" }]);
});

test("a call with both an access token and a key is refused before either is looked at", async () => {
  const tenant = await makeTenant(admin);
  const { apiKey } = await makeApiKey(
    admin,
    tenant,
    [...permissions].filter((held) => held !== "apiKeys.write"),
  );
  for (const authorization of [bearerOf(services, tenant), "Bearer dead", ""])
    for (const key of [apiKey, "dead", ""]) {
      const { error } = await ask(services, authorization, "documents.list", {}, { apiKey: key });
      expect(error).toMatchObject({
        message: "send either Authorization or X-Api-Key: which of the two should count?",
        data: { code: "BAD_REQUEST", httpStatus: 400, reason: "auth/two-credentials" },
      });
    }
});

test("what has not the form of a key is refused without asking the database", async () => {
  const away = await database.orm("severalty_app", { url: "postgres://severalty_app:x@127.0.0.1:1/x" });
  const { apiKey } = await makeApiKey(admin, await makeTenant(admin), ["documents.read"]);
  const cut = { ...services, app: away };
  const mistyped = `${apiKey.slice(0, -1)}${apiKey.endsWith("0") ? "1" : "0"}`;
  expect(await reasonOf(cut, undefined, "documents.list", {}, { apiKey: mistyped })).toBe("auth/key-invalid");
});

test("after a hundred invalid keys from one address only keys that were valid before are heard from there; elsewhere all are", async () => {
  const strict = { ...services, rateLimits: createRateLimits(await poolOf(services.auth), 1) };
  const make = async () => makeApiKey(admin, await makeTenant(admin), ["documents.read"]);
  const [{ apiKey: neighbour }, { apiKey: unheard }, { id, apiKey: gone }] = [await make(), await make(), await make()];
  const askFrom = (ip: string, apiKey: string) => reasonOf(strict, undefined, "documents.list", {}, { ip, apiKey });
  const [ip, elsewhere] = ["198.51.100.20", "198.51.100.21"];
  for (let counted = 0; counted < 98; counted++) await strict.rateLimits.countInvalidKey(ip, randomBytes(32));
  expect(await askFrom(ip, neighbour)).toBeUndefined();
  expect(await askFrom(ip, gone)).toBeUndefined();
  expect(await askFrom(ip, "malformed")).toBe("auth/key-invalid");
  await admin.query("update app.tenant_api_keys set revoked_at = now() where id = $1", [id]);
  for (const _ of [99, 100]) expect(await askFrom(ip, gone)).toBe("auth/key-invalid");
  for (const apiKey of [gone, unheard]) expect(await askFrom(ip, apiKey)).toBe("request/rate-limited");
  // Broken input is not even looked at.
  expect(await reasonOf(strict, undefined, "documents.list", { limit: "x" }, { ip, apiKey: gone })).toBe(
    "request/rate-limited",
  );
  expect(await askFrom(ip, neighbour)).toBeUndefined();
  expect(await askFrom(elsewhere, unheard)).toBeUndefined();
});
