import type { EntityManager } from "@mikro-orm/postgresql";
import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { AbortedTransactionError } from "../src/driver/tenant-client.ts";
import { Document } from "../src/entities/document.ts";
import { createOrm, poolOf, warmPool, type Orm } from "../src/orm.ts";
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
  wire = await database.wire();
  orm = await database.orm("severalty_app", { url: wire.url, poolMax });
});
afterEach(() => {
  wire.judge = () => "pass";
});
afterAll(() => database[Symbol.asyncDispose]());

/** One transaction, without a second try. */
const once = <Result>(work: (em: EntityManager) => Promise<Result>): Promise<Result> =>
  tenantManager(orm.em, us, occasion).transactional(work);

const rename = (title: string) => (em: EntityManager) =>
  em.execute("update app.documents set title = ? where id = ?", [title, us.documentId]);

const title = async (): Promise<unknown> => {
  const { rows } = await admin.query<{ title: string }>("select title from app.documents where id = $1", [
    us.documentId,
  ]);
  return rows[0]?.title;
};

/** As many transactions as the pool has connections, all open at once, each seeing its own row. */
const expectPoolToServe = async () => {
  let arrived = 0;
  const all = Promise.withResolvers<void>();
  const seen = await Promise.all(
    Array.from({ length: poolMax }, () =>
      once(async (em) => {
        arrived++;
        if (arrived === poolMax) all.resolve();
        await all.promise;
        return em.count(Document);
      }),
    ),
  );
  expect(seen).toEqual(Array.from({ length: poolMax }, () => 1));
  const pool = await poolOf(orm);
  expect(pool.totalCount).toBeLessThanOrEqual(poolMax);
  expect(pool.waitingCount).toBe(0);
  // The server says what failed before it says that it is ready: until then the connection has no borrower, and is not idle.
  await expect.poll(() => pool.totalCount - pool.idleCount).toBe(0);
};

const terminate = async (em: EntityManager) => {
  const [own] = await em.execute<{ pid: number }[]>("select pg_backend_pid() as pid");
  await admin.query("select pg_terminate_backend($1, 5000)", [own?.pid]);
};

const points: [string, (text: string) => boolean][] = [
  ["at begin", (text) => text.startsWith("begin")],
  ["while it enters the tenant", (text) => text.includes("app.enter")],
  ["in the middle", (text) => text.startsWith("update")],
  ["before commit", (text) => text === "commit"],
];

describe.each(points)("a connection lost %s", (_, isPoint) => {
  test("fails the transaction, changes nothing, and takes no place in the pool", async () => {
    const before = await title();
    wire.judge = (text) => (isPoint(text) ? "cut" : "pass");
    for (let time = 0; time < 3 * poolMax; time++)
      await expect(once(rename("changed"))).rejects.toThrow(/terminated|not queryable/);
    const attempts = await Promise.allSettled(Array.from({ length: 3 * poolMax }, () => once(rename("changed"))));
    expect(new Set(attempts.map(({ status }) => status))).toEqual(new Set(["rejected"]));
    wire.judge = () => "pass";
    await expectPoolToServe();
    expect(await title()).toBe(before);
  });
});

test("a connection lost at rollback leaves the first error standing and takes no place in the pool", async () => {
  wire.judge = (text) => (text === "rollback" ? "cut" : "pass");
  for (let time = 0; time < 3 * poolMax; time++) {
    const attempt = once(async (em) => {
      await rename("rolled back")(em);
      throw new Error("the first error");
    });
    await expect(attempt).rejects.toThrow("the first error");
  }
  wire.judge = () => "pass";
  await expectPoolToServe();
  expect(await title()).not.toBe("rolled back");
});

test("a backend that is terminated in a transaction takes no place in the pool", async () => {
  for (let time = 0; time < 3 * poolMax; time++) {
    const attempt = once(async (em) => {
      await terminate(em);
      await rename("terminated")(em);
    });
    await expect(attempt).rejects.toThrow(/terminat|not queryable/);
  }
  await expectPoolToServe();
});

test("idle connections that the server closes are replaced", async () => {
  await expectPoolToServe();
  await admin.query(
    "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and usename = 'severalty_app'",
  );
  const seen = await Promise.all(
    Array.from({ length: poolMax }, () => withTenant(orm.em, us, occasion, (em) => em.count(Document))),
  );
  expect(seen).toEqual([1, 1, 1]);
  await expectPoolToServe();
});

const swallow = async (em: EntityManager) => {
  await em.execute("select 1/0").catch(() => undefined);
};

test("to commit after a swallowed error is an error, never a silent success", async () => {
  const attempt = once(async (em) => {
    await rename("aborted")(em);
    await swallow(em);
  });
  await expect(attempt).rejects.toThrow(AbortedTransactionError);
  await expect(withTenant(orm.em, us, occasion, swallow)).rejects.toThrow(AbortedTransactionError);
  await expect(orm.em.fork().transactional(swallow)).rejects.toThrow(AbortedTransactionError);
  expect(await title()).not.toBe("aborted");
  await expectPoolToServe();
});

test("a connection that comes back with a transaction open is closed, not lent again", async () => {
  const pool = await poolOf(orm);
  for (const sql of ["begin", "BEGIN", "start transaction read only"]) {
    await orm.em.fork().execute(sql);
    const before = pool.totalCount;
    expect(pool.idleCount).toBeLessThan(poolMax);
    const { rows } = await admin.query<{ later: string }>("select clock_timestamp()::text as later");
    const probe = "select now() < ?::timestamptz as began";
    const [state] = await orm.em.fork().execute<{ began: boolean }[]>(probe, [rows[0]?.later]);
    expect(state).toEqual({ began: false });
    expect(pool.totalCount).toBeLessThanOrEqual(Math.max(before, 1));
  }
  const open = `select from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`;
  // Its server process ends when it gets to it.
  await expect.poll(async () => (await admin.query(open)).rowCount).toBe(0);
  await expectPoolToServe();
});

test("a connection that fails inside a transaction of its own making is closed, not lent again", async () => {
  for (let time = 0; time < 3 * poolMax; time++) {
    expect(await orm.em.fork().execute("do 'begin commit; perform 1/0; end'").catch(errorWord)).toBe("22012");
    expect(await orm.em.fork().execute("select 1 as one")).toEqual([{ one: 1 }]);
  }
  await expectPoolToServe();
});

test.each(["severalty_app", "severalty_auth"] as const)(
  "a connection of %s that is given back for a reason is closed, even in the midst of a statement",
  async (role) => {
    const pool = await poolOf(await database.orm(role, { poolMax: 1 }));
    for (const sql of ["select 1", "select pg_sleep(20)"]) {
      const client = await pool.connect();
      const asked = client.query(sql).then(
        () => "answered",
        () => "lost",
      );
      if (sql === "select 1") await asked;
      client.release(true);
      expect(pool.totalCount).toBe(0);
      expect(await asked).toBe(sql === "select 1" ? "answered" : "lost");
    }
  },
);

test("a statement that fails outside a transaction keeps its connection", async () => {
  const pidOf = async () => (await orm.em.fork().execute<{ pid: number }[]>("select pg_backend_pid() as pid"))[0]?.pid;
  const pid = await pidOf();
  for (let time = 0; time < 3 * poolMax; time++)
    expect(await orm.em.fork().execute("select 1/?::int", [0]).catch(errorWord)).toBe("22012");
  const pool = await poolOf(orm);
  expect(pool.totalCount).toBe(poolMax);
  expect(pid).toBeDefined();
  await expectPoolToServe();
});

test("a nested transaction rolls back alone", async () => {
  await once(async (em) => {
    await rename("outer")(em);
    const inner = em.transactional(async (nested) => {
      await rename("inner")(nested);
      await nested.execute("select 1/0");
    });
    expect(await inner.catch(errorWord)).toBe("22012");
    await em.transactional((nested) =>
      nested.execute("update app.documents set content = 'kept' where id = ?", [us.documentId]),
    );
    expect(await em.execute("select title, content from app.documents")).toEqual([{ title: "outer", content: "kept" }]);
  });
  expect(await title()).toBe("outer");
});

test("a nested transaction that ended leaves no savepoint, so that thousands of them cost what the last one costs", async () => {
  const attempt = once(async (em) => {
    await em.transactional((nested) => nested.execute("select 1"));
    await em.execute("rollback to savepoint inner_1");
  });
  expect(await attempt.catch(errorWord)).toBe("3B001");
  await expectPoolToServe();
});

describe.each(["begin", "select 2", "commit", "rollback"])(
  "in a transaction that enters nothing, a connection lost at %s",
  (point) => {
    test("fails it, runs nothing outside of it, and takes no place in the pool", async () => {
      let runs = 0;
      wire.judge = (text) => (text.startsWith(point) ? "cut" : "pass");
      for (let time = 0; time < 3 * poolMax; time++) {
        const attempt = orm.em.fork().transactional(async (em) => {
          runs++;
          await em.execute("select 1");
          await em.execute("select 2");
          if (point === "rollback") throw new Error("not queryable any more");
        });
        await expect(attempt).rejects.toThrow(/terminated|not queryable/);
      }
      expect(runs).toBe(point === "begin" ? 0 : 3 * poolMax);
      wire.judge = () => "pass";
      await expectPoolToServe();
    });
  },
);

test("a transaction inside one that entered nothing is part of that, whatever its entity manager would enter", async () => {
  await orm.em.fork().transactional(async (outer) => {
    const inner = tenantManager(orm.em, us, occasion);
    inner.setTransactionContext(outer.getTransactionContext());
    const pid = "select pg_backend_pid() as pid, (select count(*)::int from app.documents) as seen";
    const [inside] = await inner.transactional((em) => em.execute<object[]>(pid));
    expect(inside).toEqual((await outer.execute<object[]>(pid))[0]);
    expect(inside).toMatchObject({ seen: 0 });
  });
});

test("statements sent at once on one transaction all answer, in order", async () => {
  const numbers = Array.from({ length: 20 }, (_, at) => at);
  const rows = await once((em) =>
    Promise.all(numbers.map((at) => em.execute<{ at: number }[]>("select ?::int as at", [at]))),
  );
  expect(rows.flat()).toEqual(numbers.map((at) => ({ at })));
});

test("forks used at once each see their own tenant", async () => {
  const tenants = await Promise.all(Array.from({ length: 10 }, () => makeTenant(admin)));
  const seen = await Promise.all(
    tenants.map((tenant) => tenantManager(orm.em, tenant, occasion).find(Document, {}, { fields: ["id"] })),
  );
  expect(seen.map((rows) => rows.map(({ id }) => id))).toEqual(tenants.map(({ documentId }) => [documentId]));
});

test("a warmed pool holds its minimum of connections, each of which has answered", async () => {
  const warm = await createOrm({ url: database.url("severalty_app"), applicationName: "severalty-warm", poolMin: 2 });
  await warmPool(warm);
  const pool = await poolOf(warm);
  expect(pool.idleCount).toBe(2);
  await warm.close();
});
