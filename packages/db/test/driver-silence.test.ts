import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { poolOf, type Orm } from "../src/orm.ts";
import { withTenant } from "../src/tenancy/with-tenant.ts";
import { makeTenant } from "../src/testing/make-tenant.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import type { Wire } from "../src/testing/wire.ts";

const occasion = { requestId: "request-1", action: "documents.test" };
const poolMax = 3;

let database: TestDatabase;
let admin: Client;
let wire: Wire;
let orm: Orm;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  wire = await database.wire();
  orm = await database.orm("severalty_app", { url: wire.url, poolMax, answerWithinMs: 2_000 });
});
afterEach(() => {
  wire.judge = () => "pass";
});
afterAll(() => database[Symbol.asyncDispose]());

const titles = "select title from app.documents";

test("reads whose connections have fallen silent are asked again on others, and the pool serves the next", async () => {
  const us = await makeTenant(admin);
  let kept = 0;
  wire.judge = (text) => (text.startsWith("select title") && kept++ < poolMax ? "keep the answer" : "pass");
  const read = () => withTenant(orm.em, us, { ...occasion, readOnly: true }, (em) => em.execute(titles));
  const answers = await Promise.all(Array.from({ length: poolMax }, read));
  expect(answers.map((rows) => rows.length)).toEqual([1, 1, 1]);
  expect(kept).toBeGreaterThanOrEqual(poolMax);
  expect(await read()).toHaveLength(1);
  const pool = await poolOf(orm);
  await expect.poll(() => pool.totalCount - pool.idleCount).toBe(0);
});

test("a write is not repeated when its commit is not answered any more", async () => {
  const us = await makeTenant(admin);
  let runs = 0;
  wire.judge = (text) => (text === "commit" ? "keep the answer" : "pass");
  const attempt = withTenant(orm.em, us, occasion, (em) => {
    runs++;
    return em.execute("update app.documents set title = 'changed'");
  });
  await expect(attempt).rejects.toThrow(/Connection terminated/);
  expect(runs).toBe(1);
});

test("a connection on which nothing is asked is kept, however long, and so is one whose caller thinks within a transaction", async () => {
  const pid = async () => (await orm.em.fork().execute<{ pid: number }[]>("select pg_backend_pid() as pid"))[0]?.pid;
  const before = await pid();
  await pause(3_000);
  expect(await pid()).toBe(before);
  const us = await makeTenant(admin);
  const rows = await withTenant(orm.em, us, occasion, async (em) => {
    await em.execute(titles);
    await pause(3_000);
    return em.execute(titles);
  });
  expect(rows).toHaveLength(1);
});

test("a statement that answers bit by bit may take longer", async () => {
  const parts = await orm.em
    .fork()
    .execute("select pg_sleep(0.6)::text || repeat('x', 20000) as part from generate_series(1, 5)");
  expect(parts).toHaveLength(5);
});
