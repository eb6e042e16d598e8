import { raw, type EntityManager } from "@mikro-orm/postgresql";
import { createNewId, type DocumentId } from "@severalty/domain/ids";
import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Document } from "../src/entities/document.ts";
import { User } from "../src/entities/user.ts";
import type { Orm } from "../src/orm.ts";
import { TenantRepository } from "../src/tenancy/tenant-repository.ts";
import { withTenant } from "../src/tenancy/with-tenant.ts";
import { makeKey, makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import type { Wire } from "../src/testing/wire.ts";

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
  orm = await database.orm("severalty_app", { url: wire.url });
});
afterAll(() => database[Symbol.asyncDispose]());

const newId = createNewId();
const canary = "canary'\\?$1";
const number = 918_273_645;
const digits = "918273645918273645";
const date = new Date("2019-08-07T06:05:04.321Z");
const hash = "ca".repeat(32);
/** How each of these would look in a text. */
const traces = ["canary", String(number), digits, "2019-08-07", hash, "occasion-of-canary"];

const row = () => ({
  id: newId<DocumentId>(),
  userId: us.userId,
  title: canary,
  contentHash: hash,
  metadata: { [canary]: [canary, number, { deep: canary }] },
  createdAt: date,
  updatedAt: date,
});

/** Every path on which a value can leave the program. */
const paths: Record<string, (em: EntityManager) => Promise<unknown>> = {
  find: (em) => em.find(Document, { title: canary, createdAt: { $lt: date }, version: number }),
  "find with operators": (em) =>
    em.find(Document, {
      $or: [{ title: { $like: `%${canary}%` } }, { title: { $in: [canary, "b"] } }, { title: { $ne: canary } }],
    }),
  "find by json": (em) => em.find(Document, { metadata: { key: canary } }),
  "find in a list": (em) => em.find(Document, { contentHash: { $in: [hash, hash] }, version: { $in: [number, 1] } }),
  "find through a reference": (em) => em.find(Document, { user: { username: canary } }, { populate: ["user"] }),
  count: (em) => em.count(Document, { title: canary }),
  stream: async (em) => {
    for await (const found of em.stream(Document, { where: { title: { $ne: canary } } })) expect(found).toBeDefined();
  },
  insert: (em) => em.insert(Document, { ...row(), tenantId: us.tenantId }),
  "insert many": (em) =>
    em.insertMany(
      Document,
      [row(), row()].map((made) => ({ ...made, tenantId: us.tenantId })),
    ),
  upsert: (em) => em.upsert(Document, { ...row(), tenantId: us.tenantId }),
  "unit of work": async (em) => {
    for (const made of [row(), row()]) em.create(Document, made);
    await em.flush();
    const found = await em.find(Document, {});
    for (const document of found)
      Object.assign(document, { title: `${canary}2`, metadata: { k: canary }, content: canary });
    await em.flush();
    for (const document of found) em.remove(document);
    await em.flush();
  },
  "native update": (em) =>
    em.nativeUpdate(Document, { title: canary }, { title: `${canary}2`, metadata: { k: canary } }),
  "native delete": (em) => em.nativeDelete(Document, { title: canary, createdAt: date }),
  "query builder": (em) =>
    em
      .createQueryBuilder(Document, "d")
      .select(["id", raw("? as said", [canary])])
      .where({ title: canary })
      .andWhere({ metadata: { [canary]: canary } })
      .andWhere(raw("d.title <> ? and d.created_at > ?", [canary, date]))
      .orderBy({ [raw("d.title = ?", [canary])]: "desc" })
      .limit(7)
      .execute("all"),
  "query builder update": (em) =>
    em
      .createQueryBuilder(Document)
      .update({ title: raw("title || ?", [canary]) })
      .where({ contentHash: hash })
      .execute("run"),
  "sql with values": (em) =>
    em.execute("select ?, ?::int, ?::bigint, ?::timestamptz, ?::jsonb, ?::text", [
      canary,
      number,
      BigInt(digits),
      date,
      JSON.stringify({ canary }),
      null,
    ]),
  "sql with an array": (em) =>
    em.execute("select 1 where ? = any(?::text[]) or ? in (?)", [
      canary,
      `{${canary.replace("\\", "")}}`,
      canary,
      [canary, "b"],
    ]),
  "sql with names": (em) => em.execute(raw("select :value, :other::int", { value: canary, other: number })),
  "raw fragment as identifier": (em) => em.execute("select ??", [raw("lower(?)", [canary])]),
  repository: async (em) => {
    const documents = new TenantRepository(em, Document);
    const made = row();
    await documents.create(made, date, ["id"]);
    await documents.update(made.id, 1, { title: `${canary}3` }, date, ["id"]);
    await documents.list(["id"], {
      where: { title: canary },
      sort: ["createdAt", "id"],
      after: [date, made.id],
      limit: 5,
    });
    await documents.remove(made.id);
  },
};

test.each(Object.entries(paths))("%s sends no value as text", async (_, path) => {
  wire.texts.length = 0;
  wire.others.length = 0;
  const occasion = { requestId: "occasion-of-canary", action: "occasion-of-canary.act" };
  await withTenant(orm.em, us, occasion, path);
  expect(wire.texts.length).toBeGreaterThan(2);
  for (const text of wire.texts)
    for (const trace of [...traces, us.tenantId, us.userId, us.sessionId]) expect(text).not.toContain(trace);
  expect(Buffer.concat(wire.others).includes("canary")).toBe(true);
});

test("a key's transaction begins by entering with it, and its hash travels as a value", async () => {
  const key = await makeKey(admin, us);
  wire.texts.length = 0;
  wire.others.length = 0;
  await withTenant(orm.em, key, { requestId: "occasion-of-canary", action: "occasion-of-canary.act" }, (em) =>
    em.count(Document),
  );
  expect(wire.texts).toHaveLength(4);
  expect(wire.texts[0]).toMatch(/^(begin|start transaction)/);
  expect(wire.texts[1]).toMatch(/ from app\.enter_key\(decode\(\$1, 'hex'\), \$2, \$3\)$/);
  const keyHash = key.keyHash.toString("hex");
  for (const text of wire.texts)
    for (const trace of [...traces, keyHash, us.tenantId]) expect(text).not.toContain(trace);
  expect(Buffer.concat(wire.others).includes(keyHash)).toBe(true);
});

test("what arrives is what was sent: text, JSON, dates, numbers, arrays, bytes and null", async () => {
  const sent = row();
  const [stored] = await withTenant(orm.em, us, { requestId: "r", action: "a" }, async (em) => {
    await em.insert(Document, { ...sent, tenantId: us.tenantId });
    return em.find(Document, { id: sent.id });
  });
  expect(stored).toMatchObject(sent);
  const [echo] = await orm.em
    .fork()
    .execute<Record<string, unknown>[]>(
      "select ?::text as a, ?::int as b, ?::bigint as c, ?::timestamptz as d, ?::jsonb as e, ?::bytea as f, ?::text as g, ?::bool as h, ?::text[] as i",
      [canary, number, BigInt(digits), date, { canary }, Buffer.from("canary"), null, false, "{a,b}"],
    );
  expect(echo).toEqual({
    a: canary,
    b: number,
    c: digits,
    d: date.toISOString().replace("T", " ").replace("Z", "+00"),
    e: { canary },
    f: Buffer.from("canary"),
    g: null,
    h: false,
    i: ["a", "b"],
  });
});

test("a fragment of SQL, with its values by place or by name, and a builder's query answer as a text does", async () => {
  await withTenant(orm.em, us, { requestId: "r", action: "a" }, async (em) => {
    const named = { value: canary, other: number };
    const builder = em.createQueryBuilder(User, "u").select("id").where({ id: us.userId });
    expect([
      await em.execute("select ? as said", [canary]),
      await em.execute("select :value as said, :other::int as number", named),
      await em.execute(raw("select ? as said", [canary])),
      await em.execute(raw("select :value as said, :other::int as number", named)),
      await em.execute(builder.getNativeQuery()),
    ]).toEqual([
      [{ said: canary }],
      [{ said: canary, number }],
      [{ said: canary }],
      [{ said: canary, number }],
      [{ id: us.userId }],
    ]);
  });
});

/** What `looker` sees of the transactions of `of`, one of which is idle in the midst of its work. */
const statementsSeen = (of: Orm, looker: Client): Promise<(string | null)[]> =>
  withTenant(of.em, us, { requestId: "occasion-of-canary", action: "a" }, async (em) => {
    await em.find(Document, { title: canary });
    const { rows } = await looker.query<{ query: string | null }>(
      `select nullif(query, '') as query from pg_stat_activity
       where datname = current_database() and usename = 'severalty_app' and pid <> pg_backend_pid()`,
    );
    return rows.map(({ query }) => query);
  });

test("no other session, of the same role or a superuser's, sees a statement of the server", async () => {
  for (const looker of [await database.client("severalty_app"), admin]) {
    const seen = await statementsSeen(orm, looker);
    expect(seen).not.toEqual([]);
    expect(seen.filter((query) => query !== null)).toEqual([]);
  }
});

test("where statements are tracked all the same, pg_stat_activity shows no value", async () => {
  await admin.query(`alter role severalty_app in database ${database.name} set track_activities = on`);
  const tracked = await database.orm();
  const seen = (await statementsSeen(tracked, admin)).filter((query) => query !== null);
  expect(seen).toHaveLength(1);
  expect(seen[0]).toContain("$1");
  expect(seen[0]).not.toContain("canary");
});
