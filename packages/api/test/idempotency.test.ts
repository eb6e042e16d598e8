import { createEnvelope } from "@severalty/auth/envelope";
import { makeMember, makeTenant } from "@severalty/db/testing/make-tenant";
import { expect, test } from "vitest";
import { createCallerFactory, noInput, router, tenantProcedure } from "../src/procedures.ts";
import { ask } from "../src/testing/ask.ts";
import { contextFor } from "../src/testing/caller-for.ts";
import { openTestApi } from "../src/testing/open-test-api.ts";
import { withKey } from "../src/testing/with-key.ts";
import { makeWorld } from "./world.ts";

const { database, services, admin } = await openTestApi();

const create = (who: Parameters<typeof ask>[1], key: string, title = "made", shared = services) =>
  ask(shared, who, "documents.create", { title, metadata: { z: 1, a: [true, null] } }, withKey(key));

const reasonOf = async (answer: ReturnType<typeof ask>) => (await answer).error?.data.reason ?? "done";

/** Documents made by the API, audit rows of the procedure, and stored keys. */
const leftIn = async (tenantId: string) => {
  const { rows } = await admin.query<{ made: number; recorded: string[]; keys: number }>(
    `select (select count(*)::int - 1 from app.documents where tenant_id = $1) as made,
     (select coalesce(array_agg(outcome || coalesce(' ' || (details->>'reason'), '') order by id), '{}')
        from app.audit_logs where tenant_id = $1 and request_id is not null and action like 'documents.%') as recorded,
     (select count(*)::int from app.idempotency_keys where tenant_id = $1) as keys`,
    [tenantId],
  );
  return rows[0];
};

test("ten calls of one key at once make one document, get one answer, and leave one audit row", async () => {
  const tenant = await makeTenant(admin);
  const answers = await Promise.all(Array.from({ length: 10 }, () => create(tenant, "ten")));
  expect(answers[0]).toMatchObject({ data: { title: "made" } });
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await leftIn(tenant.tenantId)).toEqual({ made: 1, recorded: ["ok"], keys: 1 });
});

const sameKey = () => withKey("same");

test("a key that had another procedure is a conflict, though the input is the same", async () => {
  const tenant = await makeTenant(admin);
  const input = { id: tenant.documentId };
  expect(await reasonOf(ask(services, tenant, "documents.remove", input, sameKey()))).toBe("done");
  expect(await reasonOf(ask(services, tenant, "teams.remove", input, sameKey()))).toBe("idempotency/key-reused");
});

test("a key that had another input is a conflict; the order of keys in the input is none", async () => {
  const tenant = await makeTenant(admin);
  const first = await ask(services, tenant, "documents.create", { title: "a", metadata: { x: 1, y: 2 } }, sameKey());
  const turned = { metadata: { y: 2, x: 1 }, content: "", title: " a " };
  expect(await ask(services, tenant, "documents.create", turned, sameKey())).toEqual(first);
  const other = await ask(services, tenant, "documents.create", { title: "b" }, sameKey());
  expect(other.error).toMatchObject({
    message: "this Idempotency-Key was used for another request: a new request needs a new key",
    data: { code: "CONFLICT", httpStatus: 409, reason: "idempotency/key-reused" },
  });
  expect(await leftIn(tenant.tenantId)).toEqual({
    made: 1,
    recorded: ["ok", "error idempotency/key-reused"],
    keys: 1,
  });
});

test("a call that failed stores nothing, so that its repetition runs", async () => {
  const tenant = await makeTenant(admin);
  const update = { id: tenant.documentId, version: 2, title: "changed" };
  const attempt = () => reasonOf(ask(services, tenant, "documents.update", update, withKey("again")));
  expect(await attempt()).toBe("documents/stale-version");
  expect((await leftIn(tenant.tenantId))?.keys).toBe(0);
  await admin.query("update app.documents set version = 2 where id = $1", [tenant.documentId]);
  expect(await attempt()).toBe("done");
  expect(await attempt()).toBe("done");
});

test("a call whose connection breaks before it commits leaves neither document nor key: whichever comes next runs", async () => {
  const tenant = await makeTenant(admin);
  const holder = await database.client();
  await holder.query("begin");
  await holder.query("lock table app.documents in access exclusive mode");
  const [first, second] = [create(tenant, "broken"), create(tenant, "broken")];
  await holder.query(`do $$ begin
    for attempt in 1..2000 loop
      exit when (select count(*) from pg_stat_activity where usename = 'severalty_app' and wait_event_type = 'Lock'
        and datname = current_database()) = 2;
      perform pg_sleep(0.005);
      perform pg_stat_clear_snapshot();
    end loop; end $$`);
  const { rows } = await holder.query<{ waits: string; killed: boolean | null }>(
    `select wait_event as waits, case when wait_event = 'relation' then pg_terminate_backend(pid) end as killed
     from pg_stat_activity where usename = 'severalty_app' and wait_event_type = 'Lock' and datname = current_database()`,
  );
  expect(rows.map(({ waits }) => waits).toSorted()).toEqual(["relation", "transactionid"]);
  await holder.query("rollback");
  const answers = await Promise.all([first, second]);
  expect(answers[0]).toMatchObject({ data: { title: "made" } });
  expect(answers[1]).toEqual(answers[0]);
  expect(await leftIn(tenant.tenantId)).toEqual({ made: 1, recorded: ["ok"], keys: 1 });
});

test("each of an actor's keys has its own answer", async () => {
  const tenant = await makeTenant(admin);
  const keys = ["a", "b", "c"];
  const createEach = () => Promise.all(keys.map((key) => create(tenant, key, `of ${key}`)));
  const first = await createEach();
  expect(first).toMatchObject(keys.map((key) => ({ data: { title: `of ${key}` } })));
  expect(await createEach()).toEqual(first);
});

test("a key means nothing to another tenant, nor to another user of the same tenant", async () => {
  const [tenant, stranger] = [await makeTenant(admin), await makeTenant(admin)];
  const colleague = await makeMember(admin, tenant.tenantId);
  for (const _ of ["made", "stored"]) {
    const titles = [];
    for (const { userId, ...who } of [tenant, stranger, colleague]) {
      const { data } = await create({ ...who, userId }, "shared", `of ${userId}`);
      titles.push((data as { title: string }).title);
    }
    expect(titles).toEqual([tenant, stranger, colleague].map(({ userId }) => `of ${userId}`));
  }
  expect(await leftIn(tenant.tenantId)).toMatchObject({ made: 2, keys: 2 });
  expect(await leftIn(stranger.tenantId)).toMatchObject({ made: 1, keys: 1 });
});

test.each([
  ["was demoted", "update app.users set role = 'team_member' where id = $1", "auth/session-ended"],
  ["was disabled", "update app.users set status = 'disabled' where id = $1", "auth/session-ended"],
  ["was signed out", "update auth.sessions set revoked_at = now() where user_id = $1", "auth/session-ended"],
  [
    "had his tenant suspended",
    "update app.tenants set status = 'suspended' where id = (select tenant_id from app.users where id = $1)",
    "tenants/suspended",
  ],
])("whoever %s is not answered what is stored for his key", async (_, sql, reason) => {
  const { tenantId } = await makeTenant(admin);
  const caller = await makeMember(admin, tenantId);
  expect(await reasonOf(create(caller, "mine"))).toBe("done");
  await admin.query(sql, [caller.userId]);
  expect(await reasonOf(create(caller, "mine"))).toBe(reason);
});

test("whoever has lost the permission is not answered what is stored for his key, with a new token either", async () => {
  const { tenantId } = await makeTenant(admin);
  const caller = await makeMember(admin, tenantId);
  const attempt = (who: typeof caller) =>
    reasonOf(ask(services, who, "teams.create", { name: "Design" }, withKey("k")));
  expect(await attempt(caller)).toBe("done");
  await admin.query("update app.users set role = 'team_member' where id = $1", [caller.userId]);
  expect(await attempt({ ...caller, role: "team_member" })).toBe("auth/forbidden");
});

test.each([
  ["has left the team", "team_member", "update app.users set team_id = null where id = $1"],
  [
    "was demoted out of all teams",
    "agency_admin",
    "update app.users set role = 'team_member', team_id = null where id = $1",
  ],
] as const)("E7: whoever %s is not answered what is stored, and the call is not done again", async (_, role, sql) => {
  const { tenantId, teamId } = await makeWorld(admin);
  const caller = await makeMember(admin, tenantId, { role, teamId });
  const attempt = (who: typeof caller) =>
    ask(services, who, "documents.create", { title: "of the team", teamId }, withKey("team"));
  const first = await attempt(caller);
  expect(await attempt(caller)).toEqual(first);
  await admin.query(sql, [caller.userId]);
  const { error } = await attempt({ ...caller, role: "team_member" });
  expect(error).toMatchObject({
    message:
      "the request of this Idempotency-Key was done already, and its answer is not repeated, because you see other teams' rows now than you did then",
    data: { code: "CONFLICT", httpStatus: 409, reason: "idempotency/answer-withheld" },
  });
  await admin.query("update app.users set role = 'agency_admin' where id = $1", [caller.userId]);
  expect(await attempt({ ...caller, role: "agency_admin" })).toEqual(first);
});

test("after 24 hours a key is a new one, also for ten at once, and expired keys of the tenant go, and no others", async () => {
  const tenant = await makeTenant(admin);
  const anHourAhead = new Date(Date.now() + 60 * 60 * 1000);
  const living = () => create(tenant, "living", "living", { ...services, clock: () => anHourAhead });
  const alive = await living();
  const first = await create(tenant, "old");
  expect(await reasonOf(create(tenant, "never-asked-for-again"))).toBe("done");
  const later = new Date(Date.now() + 24 * 60 * 60 * 1000);
  const tomorrow = { ...services, clock: () => later };
  const answers = await Promise.all(Array.from({ length: 10 }, () => create(tenant, "old", "other", tomorrow)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({ data: { title: "other" } });
  expect(answers[0]).not.toEqual(first);
  expect(await leftIn(tenant.tenantId)).toMatchObject({ made: 4, keys: 2 });
  expect(await living()).toEqual(alive);
});

const under = (key = "", ...oldKeys: string[]) => ({ ...services, envelope: createEnvelope({ key, oldKeys }) });

test("a repetition is known by a server whose SECRETS_KEY has replaced the one under which it was stored, and by no other", async () => {
  const tenant = await makeTenant(admin);
  const [older, newer, foreign] = [1, 2, 3].map((byte) => Buffer.alloc(32, byte).toString("base64"));
  const first = await create(tenant, "kept", "kept", under(older));
  expect(first).toMatchObject({ data: { title: "kept" } });
  expect(await create(tenant, "kept", "kept", under(newer, older ?? ""))).toEqual(first);
  expect(await reasonOf(create(tenant, "kept", "other", under(newer, older ?? "")))).toBe("idempotency/key-reused");
  expect(await reasonOf(create(tenant, "kept", "kept", under(foreign)))).toBe("idempotency/key-reused");
  expect(await leftIn(tenant.tenantId)).toMatchObject({ made: 1, keys: 1 });
});

test("equal requests of two tenants leave nothing equal behind", async () => {
  const [tenant, stranger] = [await makeTenant(admin), await makeTenant(admin)];
  for (const who of [tenant, stranger]) expect(await reasonOf(create(who, "equal", "equal"))).toBe("done");
  const { rows } = await admin.query<{ hash: string }>(
    "select distinct encode(request_hash, 'hex') as hash from app.idempotency_keys where tenant_id = any ($1)",
    [[tenant.tenantId, stranger.tenantId]],
  );
  expect(rows).toHaveLength(2);
});

test("a stored answer stays as it left, while its row changes and goes", async () => {
  const tenant = await makeTenant(admin);
  const first = await create(tenant, "kept");
  await admin.query("delete from app.documents where tenant_id = $1 and title = 'made'", [tenant.tenantId]);
  expect(JSON.stringify(await create(tenant, "kept"))).toBe(JSON.stringify(first));
});

test("a key of a batch is refused, and so is what is no key; neither is done", async () => {
  const tenant = await makeTenant(admin);
  const input = { title: "never" };
  const batched = await ask(services, tenant, "documents.create", input, withKey("one", 3));
  expect(batched.error).toMatchObject({
    message: "Idempotency-Key names one call, and this batch has 3: send each in a request of its own",
    data: { code: "BAD_REQUEST", reason: "idempotency/batched" },
  });
  const broken = await ask(services, tenant, "documents.create", input, withKey("a key"));
  expect(broken.error).toMatchObject({
    message: "Idempotency-Key must be 1 to 200 visible ASCII characters, got 5 characters, of which 1 are others",
    data: { code: "BAD_REQUEST", reason: "idempotency/invalid-key" },
  });
  expect(await leftIn(tenant.tenantId)).toEqual({ made: 0, recorded: [], keys: 0 });
});

test("an answer that bears a secret is stored nowhere, and its repetition is told so without being run", async () => {
  const tenant = await makeTenant(admin);
  let runs = 0;
  const reveal = tenantProcedure("documents.write", noInput, { answer: "secret" }).mutation(() => ({
    secret: `open sesame ${(runs += 1)}`,
  }));
  const call = createCallerFactory(router({ reveal }));
  const once = () => call(contextFor(services, tenant, withKey("secret"))).reveal();
  expect(await once()).toEqual({ secret: "open sesame 1" });
  await expect(once()).rejects.toMatchObject({
    code: "CONFLICT",
    cause: { reason: "idempotency/answer-not-kept" },
    message: "the request of this Idempotency-Key was done already, and its answer bears a secret, which is not kept",
  });
  expect(runs).toBe(1);
  const { rows } = await admin.query("select response from app.idempotency_keys where tenant_id = $1", [
    tenant.tenantId,
  ]);
  expect(rows).toEqual([{ response: null }]);
});

test.each([undefined, null, 0, "", [], { b: 1, a: 2, 1: "🙂" }])(
  "the answer %j comes back as it left",
  async (value) => {
    const tenant = await makeTenant(admin);
    const answer = tenantProcedure("documents.write", noInput).mutation(() => value);
    const caller = createCallerFactory(router({ answer }));
    const once = () => caller(contextFor(services, tenant, withKey("value"))).answer();
    expect(JSON.stringify([await once(), await once()])).toBe(JSON.stringify([value, value]));
  },
);

test("a call without a key stores none", async () => {
  const tenant = await makeTenant(admin);
  await ask(services, tenant, "documents.create", { title: "made" });
  expect(await leftIn(tenant.tenantId)).toEqual({ made: 1, recorded: ["ok"], keys: 0 });
});
