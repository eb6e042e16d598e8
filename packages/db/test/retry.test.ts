import type { EntityManager } from "@mikro-orm/postgresql";
import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { transactionIn } from "../src/driver/tenant-connection.ts";
import type { Orm } from "../src/orm.ts";
import { withTenant } from "../src/tenancy/with-tenant.ts";
import { makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { errorWord } from "../src/testing/outcome.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import type { Wire } from "../src/testing/wire.ts";

const occasion = { requestId: "request-1", action: "documents.test" };

let database: TestDatabase;
let admin: Client;
let wire: Wire;
let orm: Orm;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  await admin.query(`alter database ${database.name} set deadlock_timeout = '20ms'`);
  wire = await database.wire();
  orm = await database.orm("severalty_app", { url: wire.url });
});
afterEach(() => {
  wire.judge = () => "pass";
});
afterAll(() => database[Symbol.asyncDispose]());

const raise = (em: EntityManager, code: string) =>
  em.execute(`do $$ begin raise exception 'made' using errcode = '${code}'; end $$`);

const insertDocument = (em: EntityManager, { tenantId, userId }: MadeTenant) =>
  em.execute(
    `insert into app.documents (tenant_id, id, user_id, title, content_hash, created_at, updated_at)
     values (?, gen_random_uuid(), ?, 'added', repeat('0', 64), now(), now())`,
    [tenantId, userId],
  );

const countAdded = async ({ tenantId }: MadeTenant): Promise<number> => {
  const { rows } = await admin.query("select from app.documents where tenant_id = $1 and title = 'added'", [tenantId]);
  return rows.length;
};

/** Runs work that fails the first time; resolves to how often it ran. */
const failingFirst = async (
  tenant: MadeTenant,
  options: { readOnly: boolean },
  fail: (em: EntityManager) => Promise<unknown>,
): Promise<number> => {
  let runs = 0;
  await withTenant(orm.em, tenant, { ...occasion, ...options }, async (em) => {
    runs++;
    if (!options.readOnly) await insertDocument(em, tenant);
    if (runs === 1) await fail(em);
  });
  return runs;
};

describe.each([{ readOnly: true }, { readOnly: false }])("a transaction, readOnly: $readOnly,", (options) => {
  // Each waits for the first repetition: side by side they wait once.
  test.concurrent.each(["40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300", "08006"])(
    "runs again, whole, after the passing failure %s",
    async (code) => {
      const us = await makeTenant(admin);
      expect(await failingFirst(us, options, (em) => raise(em, code))).toBe(2);
      expect(await countAdded(us)).toBe(options.readOnly ? 0 : 1);
    },
  );

  test("runs again when its backend is killed", async () => {
    const us = await makeTenant(admin);
    const runs = await failingFirst(us, options, async (em) => {
      const sleeping = `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event = 'PgSleep'`;
      const kill = async () => {
        await expect.poll(async () => (await admin.query(sleeping)).rowCount).toBe(1);
      };
      await Promise.all([em.execute("select pg_sleep(30) as killed"), kill()]);
    });
    expect(runs).toBe(2);
    expect(await countAdded(us)).toBe(options.readOnly ? 0 : 1);
  });

  test.each(["22012", "23505", "42501", "SV001", "P0001"])("does not run again after %s", async (code) => {
    const us = await makeTenant(admin);
    let runs = 0;
    const attempt = withTenant(orm.em, us, { ...occasion, ...options }, (em) => {
      runs++;
      return raise(em, code);
    });
    expect(await attempt.catch(errorWord)).toBe(code);
    expect(runs).toBe(1);
  });
});

test("a write is not repeated once its commit was under way, whether or not the commit arrived", async () => {
  for (const verdict of ["cut", "cut the answer"] as const) {
    const us = await makeTenant(admin);
    let runs = 0;
    wire.judge = (text) => (text === "commit" ? verdict : "pass");
    const attempt = withTenant(orm.em, us, occasion, (em) => {
      runs++;
      return insertDocument(em, us);
    });
    await expect(attempt).rejects.toThrow(/Connection terminated/);
    wire.judge = () => "pass";
    expect(runs).toBe(1);
    expect(await countAdded(us)).toBeLessThanOrEqual(1);
  }
});

test.each(["cut", "cut the answer"] as const)("a read is repeated when its connection is lost: %s", async (verdict) => {
  const us = await makeTenant(admin);
  let asked = 0;
  wire.judge = (text) => (text.startsWith("select title") && asked++ === 0 ? verdict : "pass");
  const rows = await withTenant(orm.em, us, { ...occasion, readOnly: true }, (em) =>
    em.execute("select title from app.documents"),
  );
  expect(rows).toHaveLength(1);
  expect(asked).toBe(2);
});

test.each(["cut", "cut the answer"] as const)(
  "a write that travels with its commit is not repeated when nobody knows what became of it: %s",
  async (verdict) => {
    const us = await makeTenant(admin);
    let runs = 0;
    wire.judge = (text) => (text === "commit" ? verdict : "pass");
    const attempt = withTenant(orm.em, us, occasion, (em) => {
      runs++;
      transactionIn(em)?.endWithNext();
      return insertDocument(em, us);
    });
    await expect(attempt).rejects.toThrow(/Connection terminated/);
    wire.judge = () => "pass";
    expect(runs).toBe(1);
    await expect.poll(() => countAdded(us)).toBe(verdict === "cut" ? 0 : 1);
  },
);

describe("a commit that the server refuses", () => {
  beforeAll(() =>
    admin.query(`
      create function public.refuse() returns trigger language plpgsql as $$
        begin raise exception 'made' using errcode = substr(new.title, 8); end $$;
      create constraint trigger refuse after update on app.documents deferrable initially deferred
        for each row when (new.title like 'refuse %') execute function public.refuse()`),
  );

  test.each([
    ["08006", "may have done its work, and the write is not repeated", 1],
    ["57P01", "may have done its work, and the write is not repeated", 1],
    ["58030", "may have done its work, and the write is not repeated", 1],
    ["40001", "has undone the write, which is repeated", 5],
  ])("with %s %s", async (code, _, expected) => {
    const us = await makeTenant(admin);
    for (const endsWithNext of [true, false]) {
      let runs = 0;
      const attempt = withTenant(orm.em, us, occasion, (em) => {
        runs++;
        if (endsWithNext) transactionIn(em)?.endWithNext();
        return em.execute("update app.documents set title = ?", [`refuse ${code}`]);
      });
      expect(await attempt.catch(errorWord)).toBe(code);
      expect(runs).toBe(expected);
    }
  });
});

test("a write that travels with its commit runs again after a failure that the server has rolled back", async () => {
  const us = await makeTenant(admin);
  let runs = 0;
  await withTenant(orm.em, us, occasion, (em) => {
    runs++;
    transactionIn(em)?.endWithNext();
    return runs === 1 ? raise(em, "40P01") : insertDocument(em, us);
  });
  expect(runs).toBe(2);
  expect(await countAdded(us)).toBe(1);
});

test("a read-only transaction writes nothing", async () => {
  const us = await makeTenant(admin);
  const attempt = withTenant(orm.em, us, { ...occasion, readOnly: true }, (em) => insertDocument(em, us));
  expect(await attempt.catch(errorWord)).toBe("25006");
});

test("two transactions that lock each other both succeed in the end", async () => {
  const us = await makeTenant(admin);
  await withTenant(orm.em, us, occasion, (em) => insertDocument(em, us));
  const { rows } = await admin.query<{ id: string }>("select id from app.documents where tenant_id = $1 order by id", [
    us.tenantId,
  ]);
  const [first, second] = rows.map(({ id }) => id);
  const bothHold = Promise.withResolvers<void>();
  let holding = 0;
  let runs = 0;
  const countUp = "update app.documents set version = version + 1 where id = ?";
  const lock = (one: string | undefined, other: string | undefined) =>
    withTenant(orm.em, us, occasion, async (em) => {
      runs++;
      await em.execute(countUp, [one]);
      holding++;
      if (holding === 2) bothHold.resolve();
      await bothHold.promise;
      await em.execute(countUp, [other]);
    });
  await Promise.all([lock(first, second), lock(second, first)]);
  // More when the one that was ended is back before the other has woken.
  expect(runs).toBeGreaterThanOrEqual(3);
  const { rows: after } = await admin.query("select distinct version from app.documents where tenant_id = $1", [
    us.tenantId,
  ]);
  expect(after).toEqual([{ version: 3 }]);
});

test("a failure that does not pass is given up after five attempts, with its own error", async () => {
  const us = await makeTenant(admin);
  let runs = 0;
  const attempt = withTenant(orm.em, us, occasion, (em) => {
    runs++;
    return raise(em, "40001");
  });
  expect(await attempt.catch(errorWord)).toBe("40001");
  expect(runs).toBe(5);
});
