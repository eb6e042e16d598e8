import type { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PartitionsFailedError } from "../src/migration/errors.ts";
import { maintainAuditPartitions } from "../src/partitions/maintain-audit-partitions.ts";
import { makeMonth } from "../src/partitions/make-month.ts";
import { monthOf, partitionNameOf } from "../src/partitions/month.ts";
import { withTenant } from "../src/tenancy/with-tenant.ts";
import { makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { onlyInCi } from "../src/testing/only-in-ci.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { insertRecord, logRows, monthsIn, rowsIn } from "./audit-months.ts";
import { openWire, type Verdict } from "../src/testing/wire.ts";

beforeEach(onlyInCi);

let database: TestDatabase;
let admin: Client;
let url: string;
let tenant: MadeTenant;
beforeEach(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  url = database.url("severalty_migrator");
  tenant = await makeTenant(admin);
});
afterEach(() => database[Symbol.asyncDispose]());

const now = new Date();
const current = partitionNameOf(monthOf(now));

/** As if nobody had made the month, and its rows had gone to the default partition. */
const unmakeCurrent = () =>
  admin.query(
    `alter table app.audit_logs detach partition app.${current}; insert into app.audit_logs select * from app.${current};
     drop table app.${current}`,
  );

const waiting = async (what: string) =>
  (
    await admin.query(
      `select from pg_locks l join pg_stat_activity a using (pid) where not granted and relation = 'app.${what}'::regclass
       and datname = current_database()`,
    )
  ).rowCount;

test("a writer who comes while the month that he writes to is attached is not refused, and his record is in the month", async () => {
  await unmakeCurrent();
  const before = await logRows(admin);
  const reader = await database.client();
  await reader.query("begin; select from app.audit_logs_default");
  const orm = await database.orm();
  // With a lock that is waited for without end: the program's own, of a second, may pass before the writer comes.
  const run = makeMonth(await database.client("severalty_migrator"), monthOf(now), {
    hasStray: true,
    mayBeWritten: true,
    retryLocks: (work) => work(),
  });
  await expect.poll(() => waiting("audit_logs_default"), { interval: 5 }).toBe(1);
  const write = withTenant(orm.em, tenant, { requestId: "r", action: "documents.update" }, (em) =>
    em.execute("update app.documents set title = 'changed'"),
  );
  await expect.poll(() => waiting("audit_logs"), { interval: 5 }).toBe(1);
  await reader.query("commit");
  await write;
  expect(await run).toBe(before.length);
  expect(await rowsIn(admin, `app.${current}`)).toHaveLength(before.length + 1);
  expect(await rowsIn(admin, "app.audit_logs_default")).toEqual([]);
});

test("writers go on while months are made, moved and archived: none fails, and each record is there once", async () => {
  await unmakeCurrent();
  const before = await logRows(admin);
  const orm = await database.orm();
  const end = new AbortController();
  const writer = async (): Promise<number> => {
    let written = 0;
    while (!end.signal.aborted) {
      await withTenant(orm.em, tenant, { requestId: "r", action: "documents.update" }, (em) =>
        em.execute("update app.documents set title = title"),
      );
      written += 1;
    }
    return written;
  };
  const newcomers = await database.client();
  const founder = async (): Promise<number> => {
    while (!end.signal.aborted) await makeTenant(newcomers);
    return 0;
  };
  const writers = Promise.all([...Array.from({ length: 4 }, writer), founder()]);
  for (let run = 0; run < 5; run += 1) {
    await maintainAuditPartitions(url, { now, monthsAhead: run, keepMonths: 1 });
    await insertRecord(admin, tenant, `2020-0${run + 1}-15T00:00:00Z`);
  }
  end.abort();
  const written = (await writers).reduce((sum, each) => sum + each, 0);
  const seen = await logRows(admin);
  expect(seen.filter((row) => row.includes("documents.update"))).toHaveLength(written);
  expect(seen).toEqual(expect.arrayContaining(before));
});

test("a tenant that is erased while its records move leaves none behind", async () => {
  await unmakeCurrent();
  const other = await makeTenant(admin);
  const kept = (await logRows(admin)).filter((row) => row.includes(other.tenantId));
  const migrator = await database.client("severalty_migrator");
  const eraser = await database.client("severalty_migrator");
  let erasure: Promise<unknown> | undefined;
  let nth = 0;
  const moved = await makeMonth(migrator, monthOf(now), {
    hasStray: true,
    mayBeWritten: true,
    retryLocks: async (work) => {
      nth += 1;
      if (nth === 4) {
        erasure = eraser.query("delete from app.tenants where id = $1", [tenant.tenantId]);
        const waits = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        await vi.waitUntil(async () => (await admin.query(waits)).rowCount === 1, { timeout: 10_000, interval: 5 });
      }
      await work();
    },
  });
  await erasure;
  expect(moved).toBeGreaterThan(kept.length);
  expect(await logRows(admin)).toEqual(kept);
  expect(await rowsIn(admin, `app.${current}`)).toEqual(kept);
});

test("a lock that another session holds is tried again, and for too long ends the run with who to look for", async () => {
  const holder = await database.client();
  await holder.query("begin; select from app.audit_logs_default");
  const said: string[] = [];
  const later = new Date("2041-03-15T12:00:00Z");
  const options = { now: later, monthsAhead: 0, lockAttempts: 2, say: (line: string) => void said.push(line) };
  const error: unknown = await maintainAuditPartitions(url, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(PartitionsFailedError);
  expect(error).toMatchObject({
    sqlstate: "55P03",
    message: expect.stringContaining("find who holds the lock") as unknown,
  });
  expect(said).toEqual(["audit log 2041-03: another session holds a lock it needs; attempt 1 of 2"]);
  expect(await monthsIn(admin, "app")).toContain("2041-03");
  await holder.query("commit");
  expect((await maintainAuditPartitions(url, options))?.made).toEqual(["2041-03"]);
});

describe("a run that is cut off leaves every record in the log, and the next one finishes", () => {
  const points: { name: string; text: string; nth: number; verdict: Verdict }[] = [
    { name: "before a month's table is made", text: "create table app.audit_logs_", nth: 1, verdict: "cut" },
    { name: "when it is made", text: "create table app.audit_logs_", nth: 1, verdict: "cut the answer" },
    { name: "before it is committed", text: "commit", nth: 1, verdict: "cut" },
    { name: "after it is committed", text: "commit", nth: 1, verdict: "cut the answer" },
    { name: "when its rows are moved", text: "with gone as", nth: 1, verdict: "cut the answer" },
    { name: "when late rows are moved", text: "with gone as", nth: 2, verdict: "cut" },
    { name: "before it is attached", text: "attach partition", nth: 1, verdict: "cut" },
    { name: "when it is attached", text: "attach partition", nth: 1, verdict: "cut the answer" },
    { name: "before the move is committed", text: "commit", nth: 2, verdict: "cut" },
    { name: "after the move is committed", text: "commit", nth: 2, verdict: "cut the answer" },
    { name: "between two months", text: "create table app.audit_logs_", nth: 2, verdict: "cut" },
    { name: "before a month is detached", text: "detach partition", nth: 1, verdict: "cut" },
    { name: "when it is detached", text: "detach partition", nth: 1, verdict: "cut the answer" },
  ];

  test.each(points)("$name", async ({ text, nth, verdict }) => {
    await unmakeCurrent();
    await insertRecord(admin, tenant, "2020-01-15T00:00:00Z");
    const before = await logRows(admin);
    await using wire = await openWire(url);
    let seen = 0;
    wire.judge = (sent) => {
      if (!sent.includes(text)) return "pass";
      seen += 1;
      return seen === nth ? verdict : "pass";
    };
    const options = { now, monthsAhead: 0, keepMonths: 1 };
    await expect(maintainAuditPartitions(wire.url, options)).rejects.toThrow(/terminated|ECONNRESET/);
    expect(seen).toBe(nth);
    const archived = async () =>
      (await monthsIn(admin, "archive")).length === 0 ? [] : rowsIn(admin, "archive.audit_logs_2020_01");
    const everywhere = async () => [...(await logRows(admin)), ...(await archived())].toSorted();
    expect(await everywhere()).toEqual(before.toSorted());
    await maintainAuditPartitions(url, options);
    expect(await everywhere()).toEqual(before.toSorted());
    expect(await archived()).toHaveLength(1);
    expect(await rowsIn(admin, "app.audit_logs_default")).toEqual([]);
    expect(await maintainAuditPartitions(url, options)).toEqual({ made: [], moved: 0, archived: [], dropped: [] });
  });
});
