import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { DomainError } from "@severalty/domain/errors";
import { toDomainError } from "../src/database-error.ts";
import { Document } from "../src/entities/document.ts";
import { poolOf, type Orm } from "../src/orm.ts";
import { tenantManager, withTenant } from "../src/tenancy/with-tenant.ts";
import { makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { errorWord } from "../src/testing/outcome.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import type { Wire } from "../src/testing/wire.ts";

const poolMax = 3;
const occasion = { requestId: "request-1", action: "documents.test" };

let database: TestDatabase;
let admin: Client;
let wire: Wire;
let orm: Orm;
let us: MadeTenant;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  us = await makeTenant(admin);
  // A temporary object is what entering can neither reset nor live with; no role of the server may make one otherwise.
  await admin.query(`grant temporary on database ${database.name} to severalty_app`);
  wire = await database.wire();
  orm = await database.orm("severalty_app", { url: wire.url, poolMax });
});
afterEach(() => {
  wire.judge = () => "pass";
});
afterAll(() => database[Symbol.asyncDispose]());

const count = (options = {}) => withTenant(orm.em, us, { ...occasion, ...options }, (em) => em.count(Document));

/** Runs a text on every connection that the pool can have. */
const onEveryConnection = async (sql: string): Promise<Set<number>> => {
  const pool = await poolOf(orm);
  const clients = await Promise.all(Array.from({ length: poolMax }, () => pool.connect()));
  const pids = new Set<number>();
  for (const client of clients) {
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    for (const { pid } of rows) pids.add(pid);
    await client.query(sql);
  }
  for (const client of clients) client.release();
  return pids;
};

const openPids = async (): Promise<number[]> => {
  const { rows } = await admin.query<{ pid: number }>(
    "select pid from pg_stat_activity where datname = current_database() and usename = 'severalty_app'",
  );
  return rows.map(({ pid }) => pid);
};

test("a caller never notices that every connection of the pool was unclean, and none of them is left", async () => {
  const poisoned = await onEveryConnection("create temporary table documents (id int)");
  expect(poisoned.size).toBe(poolMax);
  const modes = Array.from({ length: 2 * poolMax }, (_, at) => ({ readOnly: at % 2 === 0 }));
  expect(await Promise.all(modes.map(count))).toEqual(modes.map(() => 1));
  await expect.poll(async () => (await openPids()).filter((pid) => poisoned.has(pid))).toEqual([]);
});

test("when no clean connection can be had, the caller is told that the database is away, after as many as the pool has and one", async () => {
  await admin.query(`create function public.unclean() returns void language plpgsql as $$
    begin raise exception 'unclean' using errcode = 'SV005'; end $$`);
  const definition = await definitionOf("app.begin_entry()");
  await admin.query(`create or replace function app.begin_entry() returns void language sql security definer
    set search_path = pg_catalog, pg_temp as 'select public.unclean()'`);
  try {
    const sent = wire.texts.length;
    const error: unknown = await count().catch((thrown: unknown) => thrown);
    expect(toDomainError(error)).toMatchObject({ kind: "unavailable", reason: "server/database-unavailable" });
    expect(wire.texts.slice(sent).filter((text) => text.includes("app.enter("))).toHaveLength(poolMax + 1);
  } finally {
    await admin.query(definition);
  }
  expect(await count()).toBe(1);
});

const definitionOf = async (name: string): Promise<string> => {
  const { rows } = await admin.query<{ definition: string }>(
    "select pg_get_functiondef($1::regprocedure) as definition",
    [name],
  );
  return rows[0]?.definition ?? "";
};

test("a connection on which entering failed unexpectedly is destroyed; one whose caller was refused is kept", async () => {
  await count();
  const pool = await poolOf(orm);
  const before = pool.totalCount;
  const refused = withTenant(orm.em, { ...us, sessionId: us.documentId as never }, occasion, async () => 1);
  expect(await refused.catch(errorWord)).toBe("SV001");
  expect(pool.totalCount).toBe(before);
  await onEveryConnection("select 1");
  await admin.query("revoke execute on function app.enter from severalty_app");
  try {
    for (let left = poolMax - 1; left >= 0; left--) {
      expect(await count().catch(errorWord)).toBe("42501");
      expect(pool.totalCount).toBe(left);
    }
  } finally {
    await admin.query("grant execute on function app.enter to severalty_app");
  }
  expect(await count()).toBe(1);
});

test("no text of ours can hold two statements", async () => {
  for (const sql of ["select 1; select 2", "begin; commit", "commit; begin", "begin read only; select 1"]) {
    expect([sql, await orm.em.fork().execute(sql).catch(errorWord)]).toEqual([sql, "42601"]);
    for (const readOnly of [true, false]) {
      const attempt = withTenant(orm.em, us, { ...occasion, readOnly }, (em) => em.execute(sql));
      expect([sql, await attempt.catch(errorWord)]).toEqual([sql, "42601"]);
    }
  }
});

const modes: [string, object, object][] = [
  ["read-write", {}, { level: "read committed", only: "off", deferrable: "off" }],
  ["read-only", { readOnly: true }, { level: "read committed", only: "on", deferrable: "off" }],
  ["serializable", { isolationLevel: "serializable" }, { level: "serializable", only: "off", deferrable: "off" }],
];

test.each(modes)(
  "a %s transaction has its own modes, whatever the session's defaults were made",
  async (_, options, own) => {
    await onEveryConnection("set default_transaction_isolation = 'repeatable read'");
    await onEveryConnection("set default_transaction_read_only = on");
    await onEveryConnection("set default_transaction_deferrable = on");
    for (let time = 0; time < poolMax; time++) {
      const seen = await tenantManager(orm.em, us, occasion).transactional(
        (em) =>
          em.execute(`select current_setting('transaction_isolation') as level, current_setting('transaction_read_only') as only,
          current_setting('transaction_deferrable') as deferrable`),
        options,
      );
      expect(seen).toEqual([own]);
    }
  },
);

test("a second tenant in one transaction is a typed refusal", async () => {
  const attempt = tenantManager(orm.em, us, occasion).transactional((em) =>
    em.execute("select app.enter(?, ?, ?, ?, null, null)", [us.sessionId, us.userId, us.tenantId, us.role]),
  );
  const refused = toDomainError(await attempt.catch((error: unknown) => error));
  expect(refused).toBeInstanceOf(DomainError);
  expect(refused).toMatchObject({ reason: "tenants/already-entered" });
});
