import type { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AuditLog } from "../src/entities/audit-log.ts";
import { migrateDown, migrateUp } from "../src/migrate.ts";
import { checkDatabase } from "../src/migration/check.ts";
import { maintainAuditPartitions, type MaintainOptions } from "../src/partitions/maintain-audit-partitions.ts";
import { makeMonth } from "../src/partitions/make-month.ts";
import { monthOf, partitionNameOf } from "../src/partitions/month.ts";
import { roles, serverRoles } from "../src/roles.ts";
import { ReadRepository } from "../src/tenancy/tenant-repository.ts";
import { withTenant } from "../src/tenancy/with-tenant.ts";
import { makeTenant } from "../src/testing/make-tenant.ts";
import { onlyInCi } from "../src/testing/only-in-ci.ts";
import { notRefused } from "../src/testing/not-refused.ts";
import { schemaFingerprint } from "../src/testing/schema-fingerprint.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { insertRecord, logRows, monthsIn, rowsIn } from "./audit-months.ts";
import { tables, tableGrants } from "./catalog.ts";

let database: TestDatabase;
let admin: Client;
let url: string;
beforeEach(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  url = database.url("severalty_migrator");
});
afterEach(() => database[Symbol.asyncDispose]());

const march = new Date("2041-03-15T12:00:00Z");
const maintain = (options: Partial<MaintainOptions> = {}) =>
  maintainAuditPartitions(url, { now: march, monthsAhead: 2, ...options });
const nothing = { made: [], moved: 0, archived: [], dropped: [] };
const occasion = { requestId: "request-1", action: "documents.update" };

const once = (work: () => Promise<void>) => work();

/** Everything about a table but its name. */
const shapeOf = async (name: string) =>
  (
    await admin.query<{ line: string }>(
      `select concat_ws(' ', relowner::regrole, relrowsecurity, relforcerowsecurity, relacl) as line from pg_class where oid = $1::regclass
       union all select concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid))
         from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum where attrelid = $1::regclass and attnum > 0
       union all select concat_ws(' ', contype, case contype when 'p' then '' else conname end, pg_get_constraintdef(oid), convalidated, coninhcount)
         from pg_constraint where conrelid = $1::regclass and contype <> 'n'
       union all select replace(pg_get_indexdef(indexrelid), $2, 'x') from pg_index where indrelid = $1::regclass
       order by 1`,
      [`app.${name}`, name],
    )
  ).rows.map(({ line }) => line);

/** Two tenants, each with a record at every one of these times, in months that are made. */
const atEvery = async (...times: string[]) => {
  const tenants = [await makeTenant(admin), await makeTenant(admin)];
  for (const tenant of tenants) for (const at of times) await insertRecord(admin, tenant, at);
  await maintain();
  return tenants;
};

describe("months", () => {
  test("are made ahead: the current one and twelve more by default, and once", async () => {
    const months = ["03", "04", "05", "06", "07", "08", "09", "10", "11", "12"].map((month) => `2041-${month}`);
    const expected = [...months, "2042-01", "2042-02", "2042-03"];
    const earlier = await monthsIn(admin, "app");
    expect(await maintainAuditPartitions(url, { now: march })).toEqual({ ...nothing, made: expected });
    expect(await monthsIn(admin, "app")).toEqual([...earlier, ...expected]);
    expect(await maintainAuditPartitions(url, { now: march })).toEqual(nothing);
  });

  test("change at midnight in UTC, whatever the time zone of the database", async () => {
    await admin.query(`alter database ${database.name} set timezone = 'Pacific/Auckland'`);
    const tenant = await makeTenant(admin);
    await insertRecord(admin, tenant, "2039-03-31T23:59:59.999Z");
    await insertRecord(admin, tenant, "2039-04-01T00:00:00Z");
    await maintain();
    expect(await rowsIn(admin, "app.audit_logs_2039_03")).toHaveLength(1);
    expect(await rowsIn(admin, "app.audit_logs_2039_04")).toHaveLength(1);
  });

  test("are made once by ten at once, and all ten succeed", async (context) => {
    onlyInCi(context);
    const done = await Promise.all(Array.from({ length: 10 }, () => maintain()));
    expect(done.flatMap((one) => one?.made ?? [])).toEqual(["2041-03", "2041-04", "2041-05"]);
  });

  test("are like the default partition in columns, constraints, indexes and protection, and no drift of the schema", async () => {
    await maintain();
    expect(await shapeOf("audit_logs_2041_04")).toEqual(await shapeOf("audit_logs_default"));
    expect(await checkDatabase(url)).toEqual([]);
  });

  test("are attached without their rows being read under a lock", async () => {
    const migrator = await database.client("severalty_migrator");
    const notices: string[] = [];
    migrator.on("notice", ({ message = "" }) => notices.push(message));
    await migrator.query("set client_min_messages = debug1");
    await makeMonth(migrator, monthOf(march), { hasStray: false, mayBeWritten: true, retryLocks: once });
    expect(notices).toContain(
      `partition constraint for table "${partitionNameOf(monthOf(march))}" is implied by existing constraints`,
    );
  });
});

describe("nobody is waited for by", () => {
  test.each([
    ["archiving", false],
    ["dropping", true],
  ])("making, moving or %s a month, of those who read a tenant, as every call does", async (_, drop) => {
    await insertRecord(admin, await makeTenant(admin), "2041-01-15T00:00:00Z");
    const reader = await database.client();
    await reader.query("begin; select from app.tenants; select from app.users");
    const done = await maintain({ keepMonths: 1, drop, lockAttempts: 1 });
    expect(done).toMatchObject({ made: ["2041-01", "2041-03", "2041-04", "2041-05"], moved: 1 });
    expect(done?.[drop ? "dropped" : "archived"]).toContain("2041-01");
  });

  test("making a month that is two or more ahead, of those who write", async () => {
    await maintain();
    await makeTenant(admin);
    const writer = await database.client();
    await writer.query("begin; update app.documents set title = 'changed'");
    expect((await maintain({ now: new Date("2041-04-01T00:00:00Z"), lockAttempts: 1 }))?.made).toEqual(["2041-06"]);
  });
});

describe("a missing month", () => {
  test("stops no write; the rows are moved as they are when it is made, and are in the log all the while", async () => {
    const current = partitionNameOf(monthOf(new Date()));
    await admin.query(`drop table app.${current}`);
    const tenant = await makeTenant(admin);
    const orm = await database.orm();
    await withTenant(orm.em, tenant, occasion, (em) => em.execute("update app.documents set title = 'changed'"));
    const before = await logRows(admin);
    expect(await rowsIn(admin, "app.audit_logs_default")).toEqual(before);
    expect(before.length).toBeGreaterThan(1);
    const done = await maintain({ now: new Date() });
    expect(done?.moved).toBe(before.length);
    expect(await rowsIn(admin, "app.audit_logs_default")).toEqual([]);
    expect(await rowsIn(admin, `app.${current}`)).toEqual(before);
    const seen = await withTenant(orm.em, tenant, occasion, (em) =>
      new ReadRepository(em, AuditLog).list(["id"], { sort: ["timestamp", "id"], limit: 100 }),
    );
    expect(seen.rows).toHaveLength(before.length);
  });

  test("of any time is made for the rows that it has, and others stay where they are", async () => {
    const tenant = await makeTenant(admin);
    for (const at of ["1999-12-31T23:59:59Z", "2038-07-01T00:00:00Z", "infinity"])
      await insertRecord(admin, tenant, at);
    const before = await logRows(admin);
    const done = await maintain();
    expect(done).toEqual({ ...nothing, made: ["1999-12", "2038-07", "2041-03", "2041-04", "2041-05"], moved: 2 });
    expect(await rowsIn(admin, "app.audit_logs_default")).toHaveLength(1);
    expect(await logRows(admin)).toEqual(before);
    expect(await maintain()).toEqual(nothing);
  });
});

describe("retention", () => {
  test("takes out exactly the months older than it, with every row as it was, and leaves the others as they are", async () => {
    await atEvery(
      "2040-12-31T23:59:59Z",
      "2041-01-01T00:00:00Z",
      "2041-01-31T23:59:59Z",
      "2041-02-01T00:00:00Z",
      "2041-03-15T11:00:00Z",
    );
    const months = (await monthsIn(admin, "app")).filter((month) => month > "2040");
    const old = await rowsIn(admin, "app.audit_logs_2041_01");
    const kept = (await logRows(admin)).filter((row) => /"2041-0[23]/.test(row));
    const others = months.filter((month) => month > "2041-01");
    const done = await maintain({ keepMonths: 1 });
    expect(done?.archived.filter((month) => month > "2040")).toEqual(["2040-12", "2041-01"]);
    expect({ made: done?.made, moved: done?.moved, dropped: done?.dropped }).toEqual({
      made: [],
      moved: 0,
      dropped: [],
    });
    expect(await monthsIn(admin, "app")).toEqual(others);
    expect(await logRows(admin)).toEqual(kept);
    expect(old).toHaveLength(4);
    expect(await rowsIn(admin, "archive.audit_logs_2041_01")).toEqual(old);
    expect(await maintain({ keepMonths: 1 })).toEqual(nothing);
  });

  test("keeps everything unless it is given", async () => {
    await atEvery("1999-12-31T23:59:59Z");
    const before = await logRows(admin);
    expect(await maintain({ now: new Date("2041-05-31T23:59:59Z") })).toMatchObject({ archived: [], dropped: [] });
    expect(await logRows(admin)).toEqual(before);
  });

  test("drops when it is told to, and what was archived before as well, and no month that it keeps", async () => {
    await atEvery("2040-11-15T00:00:00Z", "2040-12-15T00:00:00Z", "2041-01-15T00:00:00Z", "2041-02-15T00:00:00Z");
    await maintain({ keepMonths: 3 });
    expect(await monthsIn(admin, "archive")).toContain("2040-11");
    const done = await maintain({ keepMonths: 1, drop: true });
    expect(done?.archived).toEqual([]);
    expect(done?.dropped.slice(0, 2)).toEqual(["2040-12", "2041-01"]);
    expect(done?.dropped).toContain("2040-11");
    expect(await monthsIn(admin, "archive")).toEqual([]);
    expect((await monthsIn(admin, "app"))[0]).toBe("2041-02");
  });

  test("leaves an erased tenant no record in the archive, and every other tenant all of them", async () => {
    const [us, them] = await atEvery("2041-01-15T00:00:00Z");
    await maintain({ keepMonths: 1 });
    const before = await rowsIn(admin, "archive.audit_logs_2041_01");
    expect(before).toHaveLength(2);
    await (await database.client("severalty_migrator")).query("delete from app.tenants where id = $1", [us?.tenantId]);
    expect(await rowsIn(admin, "archive.audit_logs_2041_01")).toEqual(
      before.filter((row) => row.includes(String(them?.tenantId))),
    );
  });
});

const loginRoles = Object.entries(roles).flatMap(([name, spec]) =>
  spec.login && name !== "severalty_migrator" ? [name as keyof typeof roles] : [],
);

test("no role of the server reads or writes a partition, an archived month, or one that is being made, and PUBLIC has nothing", async () => {
  const tenant = await makeTenant(admin);
  for (const at of ["2041-01-15T00:00:00Z", "2041-03-15T00:00:00Z"]) await insertRecord(admin, tenant, at);
  await maintain({ keepMonths: 1 });
  await admin.query("alter table app.audit_logs detach partition app.audit_logs_2041_05");
  const parts = (await tables(admin)).map(({ name }) => name).filter((name) => /audit_logs_/.test(name));
  for (const name of [
    "app.audit_logs_default",
    "app.audit_logs_2041_03",
    "app.audit_logs_2041_05",
    "archive.audit_logs_2041_01",
  ])
    expect(parts).toContain(name);
  const statements = parts.flatMap((name) => [
    `select from ${name}`,
    `select tableoid from only ${name} for update`,
    `insert into ${name} (tenant_id, timestamp, id, actor_kind, action, resource_type)
      values ('${tenant.tenantId}', '2041-03-15', '${tenant.userId}', 'user', 'a', 'b')`,
    `update ${name} set action = 'other'`,
    `delete from ${name}`,
    `truncate ${name}`,
    `copy ${name} to stdout`,
    `alter table ${name} disable row level security`,
    `alter table ${name} add foreign key (tenant_id) references app.tenants (id)`,
    `drop table ${name}`,
  ]);
  statements.push(
    "alter table app.audit_logs detach partition app.audit_logs_2041_03",
    "alter table app.audit_logs attach partition archive.audit_logs_2041_01 for values from ('2041-01-01') to ('2041-02-01')",
    "create table archive.theirs ()",
  );
  const before = await logRows(admin);
  for (const role of loginRoles)
    expect([role, await notRefused(await database.client(role), statements)]).toEqual([role, []]);
  expect(loginRoles).toEqual(expect.arrayContaining([...serverRoles]));
  expect(await logRows(admin)).toEqual(before);
  expect((await tableGrants(admin)).filter(({ object }) => parts.includes(object))).toEqual([]);
  const lax = (await tables(admin)).filter(
    ({ name, isEnabled, isForced }) => parts.includes(name) && !(isEnabled && isForced),
  );
  expect(lax).toEqual([]);
});

test("all the way down, archived and half-made months go too, and up again the schema is the same", async () => {
  const before = await schemaFingerprint(admin);
  await insertRecord(admin, await makeTenant(admin), "2041-01-15T00:00:00Z");
  await maintain({ keepMonths: 1 });
  await admin.query("alter table app.audit_logs detach partition app.audit_logs_2041_05");
  await migrateDown(url, { steps: 99 });
  expect((await tables(admin)).map(({ name }) => name)).toEqual(["app.migrations"]);
  expect(await maintain()).toBeUndefined();
  await migrateUp(url);
  expect((await maintain())?.made).toEqual(["2041-03", "2041-04", "2041-05"]);
  expect(await schemaFingerprint(admin)).toEqual(before);
});

test("a list of a window of time reads the partition of its month alone", async () => {
  await maintain();
  const tenant = await makeTenant(admin);
  const orm = await database.orm();
  const plan = await withTenant(orm.em, tenant, occasion, async (em) => {
    let sql = "";
    class Overheard extends ReadRepository<AuditLog> {
      protected override query(of = em) {
        const query = super.query(of);
        const toQuery = query.toQuery.bind(query);
        query.toQuery = () => {
          query.toQuery = toQuery;
          // The second time it is asked with other values.
          if (sql === "") sql = query.getFormattedQuery();
          return toQuery();
        };
        return query;
      }
    }
    const timestamp = { $gte: new Date("2041-04-02T00:00:00Z"), $lt: new Date("2041-04-30T00:00:00Z") };
    await new Overheard(em, AuditLog).list(["id"], { where: { timestamp }, sort: ["timestamp", "id"], limit: 20 });
    return JSON.stringify(await em.execute(`explain ${sql}`));
  });
  const read = new Set(plan.match(/audit_logs_(default|\d{4}_\d{2})/g));
  expect([...read]).toEqual(["audit_logs_2041_04"]);
});
