import { createApiKey } from "@severalty/auth/api-key";
import { permissions, type Permission } from "@severalty/domain/permission";
import { describe, expect, test } from "vitest";
import { ask } from "../src/testing/ask.ts";
import { makeApiKey } from "../src/testing/make-api-key.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { proceduresByPath } from "../src/testing/procedures-by-path.ts";
import { cases } from "./cases.ts";
import { oncePer } from "./once-per.ts";
import { bytesOf, changesSince, createSharedWorlds, makeNowhere, makeWorld, type World } from "./world.ts";

const { services, admin } = await openTestApi();
const sharedWorld = createSharedWorlds(admin);

/** No key may make keys. */
const givable = permissions.filter((permission) => permission !== "apiKeys.write");

/** Procedures about the person who calls. */
const usersAlone = new Set(["auth.me", "auth.logout", "users.updateOwn"]);

const all = Object.entries(cases).map(([path, made]) => ({ path, ...made }));
const closed = all.flatMap(({ permission, path, ...made }) =>
  permission === undefined || usersAlone.has(path) ? [] : [{ ...made, path, permission }],
);
const open = closed.filter(({ permission }) => permission !== "apiKeys.write");

const isMutation = (path: string) => proceduresByPath[path]?._def.type === "mutation";

/** A world, a key of it, and a way to ask with that key. */
const makeKeyed = async (held: readonly Permission[], made: World | Promise<World> = makeWorld(admin)) => {
  const world = await made;
  const { id, apiKey } = await makeApiKey(admin, world, held);
  const askByKey = (path: string, input?: object, requestId = "request-of-a-test") =>
    ask(services, undefined, path, input, { apiKey, requestId });
  return { world, id, apiKey, askByKey };
};

const recorded = async (requestId: string) => {
  const { rows } = await admin.query<object>(
    `select distinct tenant_id as "tenantId", user_id as "userId", actor_kind as "actorKind", action, outcome
     from app.audit_logs where request_id = $1 and action <> 'apiKeys.use'`,
    [requestId],
  );
  return rows;
};

/** What is counted or measured along with what was permitted. */
const alongside: Readonly<Record<string, string>> = {
  "agentInstances.create": "subscriptions",
  "agentInstances.retire": "subscriptions",
  "abTests.record": "abTestResults",
  "abTests.remove": "abTestResults",
};

/** Nouns whose rows a request changed. */
const changedBy = async (requestId: string): Promise<string[]> => {
  const { rows } = await admin.query<{ type: string }>(
    "select distinct resource_type as type from app.audit_logs where request_id = $1 and action <> 'apiKeys.use'",
    [requestId],
  );
  return rows.map(({ type }) => type);
};

test.each(open)(
  "$path answers a key that has its permission and no other, and changes no noun beyond it",
  async ({ path, permission, also = [], noun, input }) => {
    const made = isMutation(path) ? makeWorld(admin, { noun }) : sharedWorld(noun);
    const { world, id, askByKey } = await makeKeyed([permission, ...also], made);
    const requestId = `by-key-${path}`;
    expect(await askByKey(path, input?.(world), requestId)).toEqual({ data: expect.anything() as unknown });
    const change = { tenantId: world.tenantId, userId: id, actorKind: "api_key", action: path, outcome: "ok" };
    expect(await recorded(requestId)).toEqual(isMutation(path) ? [change] : []);
    const permitted = [permission, ...also].map((held) => held.split(".")[0]);
    expect([...permitted, alongside[path]]).toEqual(expect.arrayContaining(await changedBy(requestId)));
  },
);

test.each(closed)("$path refuses a key that has every other permission", async ({ path, permission, noun, input }) => {
  const { world, id, askByKey } = await makeKeyed(
    givable.filter((held) => held !== permission),
    sharedWorld(noun),
  );
  const before = await bytesOf(admin, world);
  const requestId = `denied-key-${path}`;
  const { error } = await askByKey(path, input?.(world), requestId);
  expect(error).toMatchObject({
    message: `the API key lacks ${permission}`,
    data: { code: "FORBIDDEN", httpStatus: 403, reason: "auth/forbidden" },
  });
  const denial = { tenantId: world.tenantId, userId: id, actorKind: "api_key", action: path, outcome: "denied" };
  expect(await recorded(requestId)).toEqual([denial]);
  expect(await changesSince(admin, world, before)).toEqual([expect.stringContaining(requestId)]);
});

test.each([...usersAlone])("%s tells a key that it is for users, whatever the key may do", async (path) => {
  for (const held of [givable, ["users.read" as const]]) {
    const { askByKey } = await makeKeyed(held, sharedWorld());
    expect((await askByKey(path)).error).toMatchObject({
      message: "only a signed-in user can do this: an API key is nobody",
      data: { code: "FORBIDDEN", httpStatus: 403, reason: "auth/user-only" },
    });
  }
});

test.each(all.filter(({ kind }) => kind === "public"))(
  "$path answers, even if a dead key is sent along",
  async (made) => {
    const world = await makeWorld(admin);
    const answer = await ask(services, undefined, made.path, made.input?.(world), { apiKey: "dead" });
    expect(answer).toEqual({ data: expect.anything() as unknown });
  },
);

const invalid = {
  message: "the API key is not valid: unknown, revoked or expired",
  data: { code: "UNAUTHORIZED", httpStatus: 401, reason: "auth/key-invalid" },
};
const suspended = { data: { code: "FORBIDDEN", httpStatus: 403, reason: "tenants/suspended" } };
const ends = [
  ["revoked", "update app.tenant_api_keys set revoked_at = now() where id = $1", invalid],
  [
    "expired",
    "update app.tenant_api_keys set created_at = now() - interval '1 hour', expires_at = now() where id = $1",
    invalid,
  ],
  ["gone", "delete from app.tenant_api_keys where id = $1", invalid],
  [
    "of a tenant that is suspended",
    "update app.tenants set status = 'suspended' where id = (select tenant_id from app.tenant_api_keys where id = $1)",
    suspended,
  ],
] as const;

describe.each(ends)("a key that is %s", (_, sql, refusal) => {
  test("is refused by every procedure, the next call on, and writes nothing", async () => {
    const { world, id, askByKey } = await makeKeyed(givable);
    expect((await askByKey("documents.byId", { id: world.documentId })).error).toBeUndefined();
    await admin.query(sql, [id]);
    const before = await bytesOf(admin, world);
    for (const { path, noun, input } of closed)
      expect((await askByKey(path, input?.(makeNowhere({ noun })))).error).toMatchObject(refusal);
    expect(await bytesOf(admin, world)).toEqual(before);
  });
});

test("a text that is no key, a key that never was, and a revoked one are answered word for word alike", async () => {
  const { world, id, apiKey } = await makeKeyed(givable);
  await admin.query("update app.tenant_api_keys set revoked_at = now() where id = $1", [id]);
  for (const { path, noun, input } of closed)
    for (const text of ["", "svk_", world.apiKeyId, createApiKey().key, apiKey]) {
      const { error } = await ask(services, undefined, path, input?.(makeNowhere({ noun })), {
        apiKey: text,
        requestId: "r",
      });
      expect(error).toEqual({ code: -32001, ...invalid, data: { ...invalid.data, requestId: "r" } });
    }
});

/** Two tenants, and a key of the first, per noun: the calls below change neither. */
const makeNeighbours = async (noun?: string) => {
  const keyed = await makeKeyed(givable, makeWorld(admin, { noun }));
  // The first use of a key is noted, which lists of keys and of the log show.
  await keyed.askByKey("documents.list");
  return { ...keyed, other: await makeWorld(admin, { noun }) };
};
const neighboursOf = oncePer(makeNeighbours);

const places = open.flatMap(({ path, foreign = {}, noun, input }) =>
  Object.entries(foreign).map(([field, pointInto]) => ({ path, field, noun, input, pointInto })),
);

test.each(places)(
  "$path, asked by a key for another tenant's $field, answers as for one that never was",
  async ({ path, noun, input, pointInto }) => {
    const { world, askByKey, other } = await neighboursOf(noun);
    const before = await bytesOf(admin, other);
    const asked = await askByKey(path, { ...input?.(world), ...pointInto(other) });
    expect(await bytesOf(admin, other)).toEqual(before);
    expect(asked).toEqual(await askByKey(path, { ...input?.(world), ...pointInto(makeNowhere({ noun })) }));
  },
);
