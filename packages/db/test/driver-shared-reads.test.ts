import { randomUUID } from "node:crypto";
import type { EntityManager } from "@mikro-orm/postgresql";
import * as fc from "fast-check";
import type { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Document } from "../src/entities/document.ts";
import { User } from "../src/entities/user.ts";
import { poolOf, type Orm } from "../src/orm.ts";
import { ReadRepository, TenantRepository } from "../src/tenancy/tenant-repository.ts";
import { withTenant } from "../src/tenancy/with-tenant.ts";
import { makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { errorWord } from "../src/testing/outcome.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import type { Wire } from "../src/testing/wire.ts";

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
  orm = await database.orm("severalty_app", { url: wire.url, poolMax: 1 });
});
beforeEach(async () => {
  await readDocument(us);
  wire.trips = 0;
  wire.texts.length = 0;
});
afterAll(() => database[Symbol.asyncDispose]());

interface Call {
  readonly requestId?: string;
  readonly action?: string;
  readonly readOnly?: boolean;
}

const inside = <Result>(who: MadeTenant, work: (em: EntityManager) => Promise<Result>, call: Call = {}) =>
  withTenant(orm.em, who, { requestId: "request-1", action: "documents.test", readOnly: true, ...call }, work);

const readDocument = (who: MadeTenant, call?: Call, id = who.documentId) =>
  inside(who, (em) => new ReadRepository(em, Document).byId(id, ["id"]), call);

const readUser = (who: MadeTenant, call?: Call) =>
  inside(who, (em) => new ReadRepository(em, User).byId(who.userId, ["id"]), call);

const failing = (who: MadeTenant) => inside(who, (em) => em.execute("select 1 / 0"));

const entries = () => wire.texts.filter((text) => text.includes("app.enter"));

test("reads that one request asks at once travel behind one entry, whatever they read, and each gets its own answer", async () => {
  const answers = await Promise.all([
    readDocument(us, { action: "documents.byId" }),
    readUser(us, { action: "users.byId" }),
    readDocument(us, {}, them.documentId).catch(errorWord),
    readDocument(us),
  ]);
  expect(answers).toEqual([{ id: us.documentId }, { id: us.userId }, "NotFoundError", { id: us.documentId }]);
  expect({ trips: wire.trips, entries: entries().length }).toEqual({ trips: 1, entries: 1 });
});

test("who enters as somebody else or for another request travels apart, and sees what he would see alone", async () => {
  const others = [await makeTenant(admin), us, them];
  const caller = fc.record({
    who: fc.constantFrom(...others),
    requestId: fc.constantFrom("request-1", "request-2"),
    asksFor: fc.constantFrom(...others),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(caller, { minLength: 1, maxLength: 12 }), async (calls) => {
      wire.trips = 0;
      const answers = await Promise.all(
        calls.map(({ who, requestId, asksFor }) =>
          readDocument(who, { requestId }, asksFor.documentId).catch(errorWord),
        ),
      );
      expect(answers).toEqual(
        calls.map(({ who, asksFor }) => (who === asksFor ? { id: who.documentId } : "NotFoundError")),
      );
      expect(wire.trips).toBe(new Set(calls.map(({ who, requestId }) => `${who.userId} ${requestId}`)).size);
    }),
    { numRuns: 60, seed: 1 },
  );
});

const unknownId = randomUUID();
test.each([
  ["another session", { sessionId: unknownId }],
  ["another user", { userId: unknownId }],
  ["another role", { role: "member" }],
  ["another tenant", { tenantId: unknownId }],
])("%s gives nobody a part in an entry that is not his, whoever asks first", async (_, other) => {
  const nobody = { ...us, ...other } as MadeTenant;
  for (const [first, second] of [
    [us, nobody],
    [nobody, us],
  ] as const) {
    const answers = await Promise.all(
      [first, second].map((who) => readDocument(who, {}, us.documentId).catch(errorWord)),
    );
    expect(answers).toEqual([first, second].map((who) => (who === us ? { id: us.documentId } : "SV001")));
  }
});

test("a read that fails fails alone", async () => {
  const answers = await Promise.all([readDocument(us), failing(us).catch(errorWord), readUser(us), readDocument(us)]);
  expect(answers).toEqual([{ id: us.documentId }, "22012", { id: us.userId }, { id: us.documentId }]);
});

test("reads whose entry is refused are all refused, and the connection serves on", async () => {
  const nobody = { ...us, sessionId: us.documentId as never };
  const answers = await Promise.all([readDocument(nobody).catch(errorWord), readUser(nobody).catch(errorWord)]);
  expect(answers).toEqual(["SV001", "SV001"]);
  expect(wire.trips).toBe(1);
  expect(await readDocument(us)).toEqual({ id: us.documentId });
});

test("what another has left in the connection costs the reads another way in and the connection, and nothing else", async () => {
  const pool = await poolOf(orm);
  const pidOf = async () => (await pool.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid;
  const unclean = await pidOf();
  await pool.query("set session characteristics as transaction isolation level serializable");
  expect(await Promise.all([readDocument(us), readUser(us)])).toEqual([{ id: us.documentId }, { id: us.userId }]);
  expect(await pidOf()).not.toBe(unclean);
});

test("reads whose connection breaks under way are asked again", async () => {
  let cuts = 0;
  wire.judge = (text) => (text.includes(`from "app"."users"`) && cuts++ === 0 ? "cut the answer" : "pass");
  const answers = await Promise.all([readDocument(us), readUser(us), readDocument(us)]);
  wire.judge = () => "pass";
  expect(answers).toEqual([{ id: us.documentId }, { id: us.userId }, { id: us.documentId }]);
  expect(cuts).toBeGreaterThan(1);
});

test("statements that the server has forgotten are prepared again for each of the reads, and no call runs twice", async () => {
  await (await poolOf(orm)).query("deallocate all");
  let runs = 0;
  const counted = () =>
    inside(us, (em) => {
      runs++;
      return new ReadRepository(em, Document).byId(us.documentId, ["id"]);
    });
  expect(await Promise.all([counted(), counted()])).toEqual([{ id: us.documentId }, { id: us.documentId }]);
  expect(runs).toBe(2);
});

test("a change travels with no read, and none with it", async () => {
  const id = us.documentId;
  const change = inside(
    us,
    async (em) => {
      const documents = new TenantRepository(em, Document);
      const { version } = await documents.byId(id, ["version"]);
      return documents.update(id, version, { title: "changed" }, new Date(), ["title"]);
    },
    { readOnly: false },
  );
  expect(await Promise.all([readDocument(us), change, readUser(us)])).toEqual([
    { id },
    { title: "changed" },
    { id: us.userId },
  ]);
  expect(entries()).toHaveLength(2);
});
