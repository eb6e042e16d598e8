import type { EventEmitter } from "node:events";
import type { EntityManager } from "@mikro-orm/postgresql";
import { types, type Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { transactionIn } from "../src/driver/tenant-connection.ts";
import { Document } from "../src/entities/document.ts";
import { createOrm, poolOf, type Orm } from "../src/orm.ts";
import { DocumentList } from "../src/tenancy/document-list.ts";
import { ReadRepository, TenantRepository } from "../src/tenancy/tenant-repository.ts";
import { tenantManager, withTenant } from "../src/tenancy/with-tenant.ts";
import { makeKey, makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { errorWord } from "../src/testing/outcome.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import type { Wire } from "../src/testing/wire.ts";

const occasion = { requestId: "request-1", action: "documents.test" };
const now = new Date("2026-01-02T03:04:05.678Z");

let database: TestDatabase;
let admin: Client;
let wire: Wire;
let orm: Orm;
let us: MadeTenant;
let them: MadeTenant;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  [us, them] = [await makeTenant(admin), await makeTenant(admin)];
  wire = await database.wire();
  // One connection, so that whatever a call leaves is what the next one meets.
  orm = await database.orm("severalty_app", { url: wire.url, poolMax: 1 });
});
beforeEach(async () => {
  await read(us);
  wire.trips = 0;
  wire.texts.length = 0;
});
afterAll(() => database[Symbol.asyncDispose]());

const inside = <Result>(who: MadeTenant, work: (em: EntityManager) => Promise<Result>, readOnly = false) =>
  withTenant(orm.em, who, { ...occasion, readOnly }, work);

const read = (who: MadeTenant, id = who.documentId) =>
  inside(who, (em) => new ReadRepository(em, Document).byId(id, ["id", "title"]), true);

const write = (em: EntityManager, title: string, id = us.documentId) =>
  em.execute("update app.documents set title = ? where id = ?", [title, id]);

/** On the one connection, outside of any transaction. */
const onTheConnection = async (sql: string) => {
  await (await poolOf(orm)).query(sql);
};

/** Statements that were parsed, with the names that they got (PostgreSQL manual, section 54.7, Parse). */
const parsed = () =>
  wire.others
    .filter(([type]) => type === "P".charCodeAt(0))
    .map((bytes) => {
      const [name = "", text = ""] = bytes.toString("utf8", 5).split("\0");
      return { name, text };
    });

test("a read is one round trip, and one transaction that may only read", async () => {
  expect(await read(us)).toMatchObject({ id: us.documentId });
  expect(wire.trips).toBe(1);
  expect(await inside(us, (em) => write(em, "written"), true).catch(errorWord)).toBe("25006");
});

test("a list is planned once a connection, and its size is no value of the caller's", async () => {
  const view = "pg_catalog.pg_prepared_statements";
  await admin.query(
    `grant execute on function pg_catalog.pg_prepared_statement() to severalty_app; grant select on ${view} to severalty_app`,
  );
  for (const limit of [20, 19, 18, 17, 16, 15, 20, 19]) {
    const page = await inside(us, (em) => new DocumentList(em).list(["id", "authorName"], { limit }), true);
    expect(page.rows).toHaveLength(1);
  }
  const { rows } = await (
    await poolOf(orm)
  ).query(
    `select custom_plans, generic_plans from ${view} where statement like '%"author"%' and statement like '%limit 21'`,
  );
  await admin.query(
    `revoke execute on function pg_catalog.pg_prepared_statement() from severalty_app; revoke select on ${view} from severalty_app`,
  );
  // The first five are planned for their values, to be compared with.
  expect(rows).toEqual([{ custom_plans: "5", generic_plans: "3" }]);
});

test("each statement of a reading call enters anew, so that the end of a session takes effect between them", async () => {
  const leaving = await makeTenant(admin);
  const attempt = inside(
    leaving,
    async (em) => {
      await em.count(Document);
      await admin.query("update auth.sessions set revoked_at = now() where id = $1", [leaving.sessionId]);
      return em.count(Document);
    },
    true,
  );
  expect(await attempt.catch(errorWord)).toBe("SV001");
});

test("reads that are to see one snapshot share a transaction", async () => {
  const changing = await makeTenant(admin);
  const select = "select title from app.documents";
  const seen = await tenantManager(orm.em, changing, occasion).transactional(
    async (em) => {
      const before = await em.execute(select);
      await admin.query("update app.documents set title = 'changed' where id = $1", [changing.documentId]);
      return [before, await em.execute(select)];
    },
    { readOnly: true, isolationLevel: "repeatable read" },
  );
  expect(seen[1]).toEqual(seen[0]);
});

test("a call that asks nothing has entered all the same", async () => {
  const nobody = { ...us, sessionId: us.documentId as never };
  for (const readOnly of [true, false]) {
    expect(await inside(us, () => Promise.resolve("nothing"), readOnly)).toBe("nothing");
    expect(await inside(nobody, () => Promise.resolve("nothing"), readOnly).catch(errorWord)).toBe("SV001");
  }
  expect(wire.trips).toBeLessThanOrEqual(6);
});

test("a write that awaits nothing is two round trips, and one if it is known to be the last", async () => {
  await inside(us, (em) => write(em, "in two"));
  expect(wire.trips).toBe(2);
  wire.trips = 0;
  await inside(us, (em) => {
    transactionIn(em)?.endWithNext();
    return write(em, "in one");
  });
  expect(wire.trips).toBe(1);
  expect(await read(us)).toMatchObject({ title: "in one" });
});

test("a repository's write is not sent before it is awaited, and once however often it is", async () => {
  await inside(us, async (em) => {
    const { version } = await new ReadRepository(em, Document).byId(us.documentId, ["version"]);
    const sent = wire.texts.length;
    const update = new TenantRepository(em, Document).update(us.documentId, version, { title: "once" }, now, [
      "version",
    ]);
    expect(wire.texts).toHaveLength(sent);
    expect(await update).toEqual({ version: version + 1 });
    expect(await update).toEqual({ version: version + 1 });
    expect(wire.texts).toHaveLength(sent + 1);
  });
  expect(await read(us)).toMatchObject({ title: "once" });
});

test("what follows a statement that was said to be the last only reads", async () => {
  const attempt = inside(us, async (em) => {
    transactionIn(em)?.endWithNext();
    await write(em, "the last");
    expect(await em.count(Document)).toBe(1);
    return write(em, "after the last");
  });
  expect(await attempt.catch(errorWord)).toBe("25006");
  expect(await read(us)).toMatchObject({ title: "the last" });
});

test("neither does what follows it write on a connection that had to be begun on anew", async () => {
  const attempt = inside(us, async (em) => {
    transactionIn(em)?.endWithNext();
    await write(em, "the last");
    await onTheConnection("set default_transaction_isolation = 'serializable'");
    return write(em, "after the last");
  });
  expect(await attempt.catch(errorWord)).toBe("25006");
  expect(await read(us)).toMatchObject({ title: "the last" });
});

test("after a failed statement was undone, nothing can be written any more, nor committed", async () => {
  const attempt = inside(us, async (em) => {
    await write(em, "undone");
    const pid = await em.execute("select pg_backend_pid() as pid");
    await em.execute("select 1/0").catch(errorWord);
    await transactionIn(em)?.undo();
    expect(await em.count(Document)).toBe(1);
    expect(await em.execute("select pg_backend_pid() as pid")).toEqual(pid);
    expect(await write(em, "after it").catch(errorWord)).toBe("25006");
  });
  await expect(attempt).rejects.toThrow("aborted");
  expect(await read(us)).not.toMatchObject({ title: "undone" });
});

test("a statement is prepared once a connection: later only its values travel", async () => {
  await read(us);
  wire.others.length = 0;
  await read(them);
  await read(us);
  // Entering alone is parsed afresh each time, and has no name.
  expect(parsed()).toHaveLength(2);
  for (const { name, text } of parsed()) {
    expect(name).toBe("");
    expect(text).toMatch(/^select app\.enter_to_read\(/);
  }
});

test("every way in is parsed afresh and has no name, however often it was taken", async () => {
  const key = await makeKey(admin, us);
  wire.others.length = 0;
  for (const who of [us, key, us, key])
    for (const readOnly of [true, false])
      await withTenant(orm.em, who, { ...occasion, readOnly }, (em) => em.count(Document));
  const ways = parsed()
    .map(({ name, text }) => ({ name, way: /app\.enter\w*/.exec(text)?.[0] }))
    .filter(({ way }) => way !== undefined);
  const taken = ["enter_to_read", "enter", "enter_key", "enter_key"].map((way) => ({ name: "", way: `app.${way}` }));
  expect(ways).toEqual([...taken, ...taken]);
});

test("names of prepared statements differ from connection to connection and are long", async () => {
  wire.others.length = 0;
  for (let time = 0; time < 3; time++) {
    (await (await poolOf(orm)).connect()).release(true);
    await read(us);
  }
  const names = new Set(parsed().flatMap(({ name }) => (name === "" ? [] : [name])));
  expect(names.size).toBe(3);
  for (const name of names) expect(name.length).toBeGreaterThanOrEqual(22);
});

test.each(["deallocate all", "discard all"])("after %s calls are answered as before, at once", async (sql) => {
  await inside(us, (em) => write(em, "prepared"));
  await onTheConnection(sql);
  expect(await read(us)).toMatchObject({ title: "prepared" });
  await onTheConnection(sql);
  // Once: nobody has to repeat it.
  await tenantManager(orm.em, us, occasion).transactional((em) => write(em, `after ${sql}`));
  expect(await read(us)).toMatchObject({ title: `after ${sql}` });
});

test("a column that a migration changes under a prepared statement is read as what it became", async () => {
  const other = await TestDatabase.create();
  const superuser = await other.client();
  await superuser.query("create table public.notes (id int, text int); insert into public.notes values (1, 5)");
  await superuser.query("grant select on public.notes to severalty_app");
  const tenant = await makeTenant(superuser);
  const app = await other.orm("severalty_app", { poolMax: 1 });
  const ask = () =>
    withTenant(app.em, tenant, { ...occasion, readOnly: true }, (em) => em.execute("select text from public.notes"));
  expect(await ask()).toEqual([{ text: 5 }]);
  await superuser.query("alter table public.notes alter column text type text using 'five'");
  expect(await ask()).toEqual([{ text: "five" }]);
  await other[Symbol.asyncDispose]();
});

const divide = (by: number) => inside(us, (em) => em.execute("select 6 / ?::int as result", [by]), true);

test("a statement that failed for its values stays prepared", async () => {
  expect(await divide(2)).toEqual([{ result: 3 }]);
  wire.others.length = 0;
  expect(await divide(0).catch(errorWord)).toBe("22012");
  expect(await divide(3)).toEqual([{ result: 2 }]);
  expect(parsed().filter(({ text }) => text.includes("6 / $1"))).toEqual([]);
});

test("a statement that says each time that nothing is prepared under its name is asked twice and no more", async () => {
  const sql = "do $$ begin raise exception 'made' using errcode = '26000'; end $$";
  for (const readOnly of [true, false]) {
    wire.texts.length = 0;
    const attempt = tenantManager(orm.em, us, occasion).transactional((em) => em.execute(sql), { readOnly });
    expect(await attempt.catch(errorWord)).toBe("26000");
    expect(wire.texts.filter((text) => text === sql)).toHaveLength(2);
  }
});

test("what a read says is not taken for what entering says of an unclean connection", async () => {
  const sql = "do $$ begin raise exception 'made' using errcode = 'SV005'; end $$";
  expect(await inside(us, (em) => em.execute(sql), true).catch(errorWord)).toBe("SV005");
  expect(wire.texts.filter((text) => text.includes("app.enter("))).toEqual([]);
});

test("a statement that could not be parsed harms neither its transaction's end nor later ones of the connection", async () => {
  for (let time = 0; time < 3; time++) {
    for (const readOnly of [true, false])
      expect(
        await inside(us, (em) => em.execute("select nonsense from nowhere where id = ?", [1]), readOnly).catch(
          errorWord,
        ),
      ).toBe("42P01");
    expect(await read(us)).toMatchObject({ id: us.documentId });
  }
});

test("a connection on which statements fail again and again keeps no listener of theirs", async () => {
  const client = await (await poolOf(orm)).connect();
  const connection = client.connection as EventEmitter;
  client.release();
  const listeners = () => connection.eventNames().map((name) => connection.listenerCount(name));
  const before = listeners();
  for (let time = 0; time < 5; time++)
    expect(await inside(us, (em) => em.execute("select 1 / 0")).catch(errorWord)).toBe("22012");
  expect(listeners()).toEqual(before);
});

test("a value that cannot be read fails its statement alone, with what was wrong with the first one", async () => {
  const client = await (await poolOf(orm)).connect();
  client.setTypeParser(types.builtins.MONEY, (text) => {
    throw new RangeError(`cannot read ${text}`);
  });
  client.release();
  const sql = "select amount::money from generate_series(1, 2) as amount";
  for (const readOnly of [true, false]) {
    await expect(inside(us, (em) => em.execute(sql), readOnly)).rejects.toThrow("cannot read $1.00");
    expect(await read(us)).toMatchObject({ id: us.documentId });
  }
});

test("an empty text answers nothing", async () => {
  for (const readOnly of [true, false]) expect(await inside(us, (em) => em.execute(""), readOnly)).toEqual([]);
});

test("COPY is refused or answers nothing, and whoever comes next is served", async () => {
  await admin.query("create table public.lines (line text); grant insert on public.lines to severalty_app");
  for (const readOnly of [true, false]) {
    const copy = (sql: string) => inside(us, (em) => em.execute(sql), readOnly);
    expect(await copy("copy (select title from app.documents) to stdout")).toEqual([]);
    await expect(copy("copy public.lines from stdin")).rejects.toThrow(
      readOnly ? /read-only/ : /^COPY FROM STDIN is not/,
    );
    expect(await read(us)).toMatchObject({ id: us.documentId });
  }
  await expect(orm.em.fork().execute("copy public.lines from stdin")).rejects.toThrow(/terminated/);
  expect(await read(us)).toMatchObject({ id: us.documentId });
});

test("a stream that nobody reads to its end leaves its transaction able to go on", async () => {
  await inside(us, async (em) => {
    const numbers = { sql: "select number from generate_series(1, 10) as number", parameters: [] };
    for await (const rows of transactionIn(em)?.stream(numbers, 3) ?? []) {
      expect(rows).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }]);
      break;
    }
    expect(await em.count(Document)).toBe(1);
  });
});

test("a value that has no text fails before anything is sent, and the connection serves on", async () => {
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  const attempt = inside(us, (em) => em.execute("select ?::jsonb", [circular]), true);
  await expect(attempt).rejects.toThrow(/circular/i);
  expect(await read(us)).toMatchObject({ id: us.documentId });
});

test("more statements than are kept are prepared anew, and the oldest are closed", async () => {
  for (let number = 0; number < 250; number++) await inside(us, (em) => em.execute(`select ${number} as number`), true);
  const closed = wire.others.filter(([type]) => type === "C".charCodeAt(0));
  expect(closed.length).toBeGreaterThanOrEqual(50);
  expect(await read(us)).toMatchObject({ id: us.documentId });
});

const planted = [
  "set default_transaction_isolation = 'serializable'",
  "set default_transaction_isolation = 'repeatable read'",
  "set default_transaction_read_only = on",
  "set default_transaction_deferrable = on",
];
test.each(planted)(
  "whatever defaults the session was given, a read is answered and reads committed: %s",
  async (sql) => {
    await onTheConnection(sql);
    const modes = `select current_setting('transaction_isolation') as level, current_setting('transaction_read_only') as only`;
    expect(await inside(us, (em) => em.execute(modes), true)).toEqual([{ level: "read committed", only: "on" }]);
    expect(await inside(us, (em) => em.execute(modes))).toEqual([{ level: "read committed", only: "off" }]);
  },
);

test("without preparing, no statement has a name", async () => {
  const plain = await createOrm({
    url: wire.url,
    applicationName: "severalty-test",
    poolMin: 0,
    preparesStatements: false,
  });
  wire.others.length = 0;
  for (const who of [us, them])
    await withTenant(plain.em, who, { ...occasion, readOnly: true }, (em) => em.find(Document, {}));
  expect(parsed().filter(({ name }) => name !== "")).toEqual([]);
  await plain.close();
});
