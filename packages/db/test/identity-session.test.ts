import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createNewId, type SessionId } from "@severalty/domain/ids";
import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { membershipsOf } from "../src/identity/membership.ts";
import { openSession, renewSession, reuseGraceMs, revokeSession, type Renewal } from "../src/identity/session.ts";
import { setPassword } from "../src/identity/set-password.ts";
import type { Orm } from "../src/orm.ts";
import { storeSetPasswordLink } from "../src/seeders/seed-initial-admins.ts";
import { enter } from "../src/testing/enter.ts";
import { makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { errorWord } from "../src/testing/outcome.ts";
import { TestDatabase } from "../src/testing/test-database.ts";

let database: TestDatabase;
let admin: Client;
let auth: Orm;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  auth = await database.orm("severalty_auth", { poolMax });
});
afterAll(() => database[Symbol.asyncDispose]());

const poolMax = 10;
const newId = createNewId();
const client = { ip: "192.0.2.1", userAgent: "test", requestId: "request-1" };
const hourMs = 3_600_000;
const later = (date: Date, ms: number) => new Date(date.getTime() + ms);

const nextToken = (at: Date) => ({ refreshHash: randomBytes(32), at, refreshExpiresAt: later(at, hourMs) });

/** A session opened now for the tenant's user, with its refresh token. */
const open = async (tenant: MadeTenant) => {
  const [membership] = await membershipsOf(auth.em.fork(), tenant.identityId);
  if (membership === undefined) throw new Error("the made user has no membership");
  const id = newId<SessionId>();
  const session = { ...nextToken(new Date()), expiresAt: later(new Date(), hourMs) };
  const credentials = { id: tenant.identityId, hashedPassword: (await passwordOf(tenant))?.hash ?? null };
  await openSession(auth.em.fork(), id, { credentials, membership }, session, client);
  return { id, ...session };
};

const mayEnter = async (tenant: MadeTenant, sessionId: SessionId): Promise<unknown> => {
  const app = await database.client("severalty_app");
  await app.query("begin");
  const outcome = await enter(app, { ...tenant, sessionId }).catch(errorWord);
  await app.query("rollback");
  return outcome ?? "entered";
};

/**
 * Runs attempts that each need the row: they all start while it is locked, and go on once as many wait for it as the pool has
 * connections, so that each has read what it reads before it locks.
 */
const collide = async <Result>(
  row: { table: string; hash: Buffer },
  attempts: () => Promise<Result>[],
): Promise<Result[]> => {
  const holder = await database.client();
  await holder.query("begin");
  await holder.query(`select from ${row.table} where token_hash = $1 for update`, [row.hash]);
  const results = Promise.all(attempts());
  let waiting = 0;
  while (waiting < poolMax) {
    const { rows } = await admin.query<{ waiting: number }>(
      `select count(*)::int as waiting from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    );
    waiting = rows[0]?.waiting ?? 0;
    await sleep(5);
  }
  await holder.query("commit");
  return results;
};

const recorded = async (tenant: MadeTenant) => {
  const { rows } = await admin.query<{ action: string; outcome: string; details: object; user_id: string }>(
    `select action, outcome, details, user_id from app.audit_logs
     where tenant_id = $1 and resource_type = 'sessions' order by timestamp, id`,
    [tenant.tenantId],
  );
  return rows;
};

test("an opened session enters its tenant and is recorded", async () => {
  const us = await makeTenant(admin);
  const { id } = await open(us);
  expect(await mayEnter(us, id)).toBe("entered");
  expect(await recorded(us)).toEqual([
    { action: "auth.login", outcome: "ok", details: { ip: "192.0.2.1" }, user_id: us.userId },
  ]);
});

test("a revoked session enters nothing; to revoke it again changes and records nothing", async () => {
  const us = await makeTenant(admin);
  const { id } = await open(us);
  for (let time = 0; time < 3; time++)
    await revokeSession(auth.em.fork(), { ...us, id }, "signed out", new Date(), client);
  expect(await mayEnter(us, id)).toBe("SV001");
  expect((await recorded(us)).map(({ action }) => action)).toEqual(["auth.login", "auth.logout"]);
});

test("a refresh token is traded for the next one, which works in turn", async () => {
  const us = await makeTenant(admin);
  const { id, refreshHash } = await open(us);
  const next = nextToken(new Date());
  expect(await renewSession(auth.em.fork(), refreshHash, next, client)).toEqual({
    outcome: "renewed",
    sessionId: id,
    identityId: us.identityId,
    tenantId: us.tenantId,
  });
  expect(await renewSession(auth.em.fork(), next.refreshHash, nextToken(new Date()), client)).toMatchObject({
    outcome: "renewed",
  });
});

test("of twenty uses of a refresh token at once, one renews and the others are told that it was just used", async () => {
  const us = await makeTenant(admin);
  const { id, refreshHash } = await open(us);
  const at = new Date();
  const outcomes = await collide({ table: "auth.refresh_tokens", hash: refreshHash }, () =>
    Array.from({ length: 20 }, () => renewSession(auth.em.fork(), refreshHash, nextToken(at), client)),
  );
  const count = (outcome: Renewal["outcome"]) => outcomes.filter((renewal) => renewal.outcome === outcome).length;
  expect([count("renewed"), count("just-used")]).toEqual([1, 19]);
  const { rows } = await admin.query("select from auth.refresh_tokens where session_id = $1", [id]);
  expect(rows).toHaveLength(2);
  expect(await mayEnter(us, id)).toBe("entered");
});

test("a refresh token used again after the grace revokes the session and every token of it", async () => {
  const us = await makeTenant(admin);
  const { id, refreshHash } = await open(us);
  const next = nextToken(new Date());
  await renewSession(auth.em.fork(), refreshHash, next, client);
  const graceEnds = later(next.at, reuseGraceMs);
  expect(await renewSession(auth.em.fork(), refreshHash, nextToken(later(graceEnds, -1)), client)).toEqual({
    outcome: "just-used",
  });
  expect(await mayEnter(us, id)).toBe("entered");
  expect(await renewSession(auth.em.fork(), refreshHash, nextToken(graceEnds), client)).toEqual({ outcome: "reused" });
  expect(await mayEnter(us, id)).toBe("SV001");
  expect(await renewSession(auth.em.fork(), next.refreshHash, nextToken(graceEnds), client)).toEqual({
    outcome: "invalid",
  });
  expect((await recorded(us)).at(-1)).toEqual({
    action: "auth.logout",
    outcome: "ok",
    details: { reason: "refresh token used twice", ip: "192.0.2.1" },
    user_id: us.userId,
  });
});

test("a refresh token that is unknown, expired, or of an ended session renews nothing", async () => {
  const us = await makeTenant(admin);
  const invalid = { outcome: "invalid" };
  expect(await renewSession(auth.em.fork(), randomBytes(32), nextToken(new Date()), client)).toEqual(invalid);
  const expired = await open(us);
  const tooLate = nextToken(later(new Date(), hourMs));
  expect(await renewSession(auth.em.fork(), expired.refreshHash, tooLate, client)).toEqual(invalid);
  // Each by itself: the session may outlive its token, and the token its session.
  for (const [table, column] of [
    ["auth.refresh_tokens", "session_id"],
    ["auth.sessions", "id"],
  ]) {
    const { id, refreshHash } = await open(us);
    const end = later(new Date(), 1_000);
    await admin.query(`update ${table} set expires_at = $2 where ${column} = $1`, [id, end]);
    expect(await renewSession(auth.em.fork(), refreshHash, nextToken(end), client)).toEqual(invalid);
    const before = nextToken(later(end, -1));
    expect(await renewSession(auth.em.fork(), refreshHash, before, client)).toMatchObject({ outcome: "renewed" });
  }
  const revoked = await open(us);
  await revokeSession(auth.em.fork(), { ...us, id: revoked.id }, "signed out", new Date(), client);
  expect(await renewSession(auth.em.fork(), revoked.refreshHash, nextToken(new Date()), client)).toEqual(invalid);
  const { rows } = await admin.query("select from auth.refresh_tokens where session_id in ($1, $2)", [
    expired.id,
    revoked.id,
  ]);
  expect(rows).toHaveLength(2);
});

const passwordOf = async ({ identityId }: MadeTenant) => {
  const { rows } = await admin.query<{ hash: string | null; verified: Date | null }>(
    "select hashed_password as hash, email_verified_at as verified from auth.identities where id = $1",
    [identityId],
  );
  return rows[0];
};

test("C2: a set-password link works once under any concurrency, verifies the address and ends every session", async () => {
  const us = await makeTenant(admin);
  const { id } = await open(us);
  const hash = randomBytes(32);
  await storeSetPasswordLink(admin, us.identityId, { hash, expiresAt: later(new Date(), hourMs) });
  const at = new Date();
  const outcomes = await collide({ table: "auth.one_time_tokens", hash }, () =>
    Array.from({ length: 20 }, (_, attempt) =>
      setPassword(auth.em.fork(), { tokenHash: hash, hashedPassword: `hash-${attempt}`, at }, client),
    ),
  );
  expect(outcomes.filter(Boolean)).toEqual([true]);
  expect(await passwordOf(us)).toEqual({ hash: `hash-${outcomes.indexOf(true)}`, verified: at });
  expect(await mayEnter(us, id)).toBe("SV001");
  expect(await mayEnter(us, us.sessionId)).toBe("SV001");
});

test("a session opened by a password that another transaction is replacing waits for it, and is not opened", async () => {
  const us = await makeTenant(admin);
  const [membership] = await membershipsOf(auth.em.fork(), us.identityId);
  if (membership === undefined) throw new Error("the made user has no membership");
  await admin.query("update auth.identities set hashed_password = 'old' where id = $1", [us.identityId]);
  const session = { ...nextToken(new Date()), expiresAt: later(new Date(), hourMs) };
  const openWith = (hashedPassword: string) =>
    openSession(
      auth.em.fork(),
      newId(),
      { credentials: { id: us.identityId, hashedPassword }, membership },
      session,
      client,
    );
  const replacing = await database.client();
  await replacing.query("begin");
  await replacing.query("update auth.identities set hashed_password = 'new' where id = $1", [us.identityId]);
  const opened = openWith("old");
  const waits = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  await expect.poll(async () => (await admin.query(waits)).rowCount).toBe(1);
  await replacing.query("commit");
  expect(await opened).toBe(false);
  expect(await openWith("new")).toBe(true);
});

const useLink = (tokenHash: Buffer) =>
  setPassword(auth.em.fork(), { tokenHash, hashedPassword: tokenHash.toString("hex"), at: new Date() }, client);

test("a password that was set ends every other link of the person, under any concurrency, and nobody else's", async () => {
  const [us, others] = [await makeTenant(admin), await makeTenant(admin)];
  const expiresAt = later(new Date(), hourMs);
  const hashes = Array.from({ length: 8 }, () => randomBytes(32));
  const theirs = randomBytes(32);
  for (const hash of hashes) await storeSetPasswordLink(admin, us.identityId, { hash, expiresAt });
  await storeSetPasswordLink(admin, others.identityId, { hash: theirs, expiresAt });
  const outcomes = await Promise.all(hashes.map(useLink));
  expect(outcomes.filter(Boolean)).toEqual([true]);
  expect(await passwordOf(us)).toMatchObject({ hash: hashes[outcomes.indexOf(true)]?.toString("hex") });
  expect(await useLink(theirs)).toBe(true);
});

test("a set-password link that is unknown or expired changes nothing", async () => {
  const us = await makeTenant(admin);
  const hash = randomBytes(32);
  const expiresAt = later(new Date(), hourMs);
  await storeSetPasswordLink(admin, us.identityId, { hash, expiresAt });
  expect(
    await setPassword(auth.em.fork(), { tokenHash: randomBytes(32), hashedPassword: "stolen", at: new Date() }, client),
  ).toBe(false);
  expect(await setPassword(auth.em.fork(), { tokenHash: hash, hashedPassword: "stolen", at: expiresAt }, client)).toBe(
    false,
  );
  expect(await passwordOf(us)).toEqual({ hash: null, verified: null });
  expect(await mayEnter(us, us.sessionId)).toBe("entered");
});
