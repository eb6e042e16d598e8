import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examinationSettings, examine, findingsOf } from "../src/doctor/examine.ts";
import { givenFor } from "../src/doctor/given.ts";
import type { Finding, Given, Rule } from "../src/doctor/rule.ts";
import { rules } from "../src/doctor/rules.ts";
import { serverSettingRule } from "../src/doctor/server-setting-rule.ts";
import { serverVersionRule } from "../src/doctor/server-version-rule.ts";
import { migrateDown, migrateUp } from "../src/migrate.ts";
import { maintainAuditPartitions } from "../src/partitions/maintain-audit-partitions.ts";
import { holdRoles } from "../src/testing/hold-roles.ts";
import { makeTenant } from "../src/testing/make-tenant.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { insertRecord } from "./audit-months.ts";
import { type DoctorCase, doctorCases } from "./doctor-cases.ts";

const now = new Date();
let database: TestDatabase;
let admin: Client;
let given: Given;
let url: string;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  given = await givenFor("severalty_migrator", now);
  url = database.url("severalty_migrator");
  await maintainAuditPartitions(url, { now, monthsAhead: 3 });
});
afterAll(() => database[Symbol.asyncDispose]());

const ruleOf = (id: string): Rule => {
  const rule = rules.find((each) => each.id === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  return rule;
};

const idOf = (caseName: string): string => caseName.split(" ")[0] ?? "";

/** About the server that runs, not about the database: the bundled one may be older than the newest. */
const ofServer = ["server-version", "server-version-rls", "large-object-functions"];

/** Runs what a finding prints, as whom it is for: each statement by itself, which is how psql sends them. */
const mend = async (client: Client, { mender }: Rule, { fix }: Finding): Promise<void> => {
  if (mender === "migrator") await client.query("set role severalty_migrator");
  for (const statement of fix.split(";\n")) await client.query(statement);
  if (mender === "migrator") await client.query("reset role");
};

test("a migrated database is without a finding, as the migrator and as each role of the server sees it", async () => {
  for (const role of ["severalty_migrator", "severalty_app", "severalty_auth", "severalty_platform"] as const) {
    const asked = rules.filter(({ reads }) => role === "severalty_migrator" || reads !== "data");
    const { findings, unseen } = await examine(await database.client(role), asked, { ...given, role });
    expect(findings.filter(({ rule }) => !ofServer.includes(rule.id))).toEqual([]);
    expect(unseen).toEqual([]);
  }
});

test("the database without any migration is examined, and what cannot be asked is named", async () => {
  await using empty = await TestDatabase.create({ migrated: false });
  const { findings, unseen } = await examine(await empty.client("severalty_migrator"), rules, given);
  expect(findings.filter(({ rule }) => ![...ofServer, "statement-names"].includes(rule.id))).toEqual([]);
  expect(unseen.map(({ rule, reason }) => [rule.id, reason])).toEqual([
    ["migrations-pending", 'relation "app.migrations" does not exist'],
    ["migrations-edited", 'relation "app.migrations" does not exist'],
    ["audit-strays", 'relation "app.audit_logs_default" does not exist'],
  ]);
});

test("a role that may not look is told so, and the other rules are answered", async () => {
  const { findings, unseen } = await examine(await database.client("severalty_app"), rules, {
    ...given,
    role: "severalty_app",
  });
  expect(findings.filter(({ rule }) => !ofServer.includes(rule.id))).toEqual([]);
  expect(unseen.map(({ rule, reason }) => [rule.id, reason])).toEqual([
    ["audit-strays", "permission denied for table audit_logs_default"],
  ]);
});

test("every rule has an id of its own, a title, a reason, and a case", () => {
  const elsewhere = [
    "session-role",
    "server-version",
    "server-version-rls",
    "prepared-transactions",
    "migrations-pending",
    "audit-months",
    "audit-strays",
  ];
  const cased = new Set(Object.keys(doctorCases).map(idOf));
  const ids = rules.map(({ id }) => id);
  expect([...new Set(ids)]).toEqual(ids);
  expect(ids.toSorted()).toEqual([...cased, ...elsewhere].toSorted());
  for (const { title, why } of rules) {
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(why).toMatch(/^.{30,}[.]$/);
  }
});

describe.each(Object.entries(doctorCases))("%s", (name, each: DoctorCase) => {
  test("finds nothing, then the one thing that was broken, and after its mend nothing", async () => {
    const rule = ruleOf(idOf(name));
    await using _ = await holdRoles(database.adminUrl);
    await admin.query(
      each.isApart === true ? examinationSettings.replaceAll("set local", "set") : `begin; ${examinationSettings}`,
    );
    try {
      for (const sql of each.prepare ?? []) await admin.query(sql);
      expect(await findingsOf(admin, rule, given)).toEqual([]);
      for (const sql of each.break) await admin.query(sql);
      const findings = await findingsOf(admin, rule, given);
      const object =
        each.object === "(database)" ? admin.escapeIdentifier(database.name).replaceAll('"', "") : each.object;
      expect(findings.map((finding) => finding.object)).toEqual([object]);
      for (const finding of findings) await mend(admin, rule, finding);
      expect(await findingsOf(admin, rule, given)).toEqual([]);
    } finally {
      await admin.query(each.isApart === true ? "reset all" : "rollback");
    }
  });
});

describe("session-role", () => {
  test("finds a session of another role, and nothing once it is the right one", async () => {
    const client = await database.client();
    const rule = ruleOf("session-role");
    const asked = { ...given, role: "postgres" };
    expect(await findingsOf(client, rule, asked)).toEqual([]);
    for (const sql of ["set session authorization severalty_app", "set role severalty_app"]) {
      await client.query(sql);
      const [finding, ...others] = await findingsOf(client, rule, asked);
      expect(others).toEqual([]);
      expect(finding?.detail).toContain("should be postgres, as severalty_app");
      for (const statement of finding?.fix.split(";\n") ?? []) await client.query(statement);
      expect(await findingsOf(client, rule, asked)).toEqual([]);
    }
  });
});

const serverVersion = async (): Promise<{ major: number; minor: number }> => {
  const { rows } = await admin.query<{ version: number }>(
    "select current_setting('server_version_num')::int as version",
  );
  const version = rows[0]?.version ?? 0;
  return { major: Math.floor(version / 10_000), minor: version % 10_000 };
};

/** What a rule that knows of one flaw finds. */
const flawFound = (fixedIn: string[], oldestMajor = 15): Promise<Finding[]> => {
  const flaws = [{ id: "CVE-0", what: "a flaw", fixedIn }];
  const rule = serverVersionRule({ id: "of-a-test", title: "", why: "", level: "error", oldestMajor, flaws });
  return findingsOf(admin, rule, given);
};

describe("server versions", () => {
  test("a flaw is one of the versions before the one that closed it, of that major alone", async () => {
    const { major, minor } = await serverVersion();
    expect(await flawFound([`${major}.${minor}`, `${major + 1}.0`, `${major - 1}.99`])).toEqual([]);
    expect(await flawFound([`${major}.${minor + 1}`, `${major + 1}.2`])).toEqual([
      {
        object: `PostgreSQL ${major}.${minor}`,
        detail: "CVE-0: a flaw",
        fix: `-- no SQL mends this: install PostgreSQL ${major}.${minor + 1} or newer and restart it`,
      },
    ]);
    expect((await flawFound([], major + 1))[0]?.detail).toContain("this major: is older");
  });

  test("the server that the tests run on has no known flaw in row-level security", async () => {
    expect(await findingsOf(admin, ruleOf("server-version-rls"), given)).toEqual([]);
  });
});

test("a setting of the server that takes a restart is found, with what mends it", async () => {
  expect(await findingsOf(admin, ruleOf("prepared-transactions"), given)).toEqual([]);
  const other = { setting: "max_prepared_transactions", safe: "1" };
  const rule = serverSettingRule({ id: "of-a-test", title: "", why: "", level: "warning", ...other });
  expect(await findingsOf(admin, rule, given)).toEqual([
    {
      object: "max_prepared_transactions",
      detail: expect.stringMatching(/^is 0, by /) as unknown,
      fix: "alter system set max_prepared_transactions = '1';\nselect pg_reload_conf();\n-- restart PostgreSQL as well",
    },
  ]);
});

describe("what the migrator mends", () => {
  test("migrations-pending finds a migration that was taken back, and nothing once it ran again", async () => {
    const rule = ruleOf("migrations-pending");
    expect(await findingsOf(admin, rule, given)).toEqual([]);
    const [gone] = await migrateDown(url);
    expect((await findingsOf(admin, rule, given)).map(({ detail }) => detail)).toEqual([`does not record ${gone}`]);
    await migrateUp(url);
    expect(await findingsOf(admin, rule, given)).toEqual([]);
  });

  test("audit-months and audit-strays find a month that is missing and its rows, and nothing after the maintenance", async () => {
    const later = new Date(Date.UTC(now.getUTCFullYear() + 15, 3, 1));
    const found = async (id: string) => findingsOf(admin, ruleOf(id), { ...given, now: later });
    await maintainAuditPartitions(url, { now: later, monthsAhead: 3 });
    expect([await found("audit-months"), await found("audit-strays")]).toEqual([[], []]);
    await admin.query(`drop table app.audit_logs_${later.getUTCFullYear()}_05`);
    await insertRecord(admin, await makeTenant(admin), `${later.getUTCFullYear()}-05-15T00:00:00Z`);
    const [month, ...others] = await found("audit-months");
    expect(others).toEqual([]);
    expect(month?.detail).toBe(
      `has no partition for ${later.getUTCFullYear()}-05; from ${later.getUTCFullYear()}-04 on, 3 months ahead must be made`,
    );
    const inMay = { ...given, now: new Date(Date.UTC(later.getUTCFullYear(), 4, 31)) };
    expect((await findingsOf(admin, ruleOf("audit-months"), inMay))[0]?.detail).toContain(
      `no partition for ${later.getUTCFullYear()}-05; from ${later.getUTCFullYear()}-05 on`,
    );
    expect((await found("audit-strays")).map(({ object }) => object)).toEqual(["app.audit_logs_default"]);
    await maintainAuditPartitions(url, { now: later, monthsAhead: 3 });
    expect([await found("audit-months"), await found("audit-strays")]).toEqual([[], []]);
  });
});

test("an examination writes nothing, and leaves the connection as it was", async () => {
  const client = await database.client("severalty_migrator");
  const writing: Rule = {
    ...ruleOf("rls-disabled"),
    sql: "select name as object, 'x' as detail, 'x' as fix from (select name from app.migrations for update) m",
  };
  const { unseen } = await examine(client, [writing], given);
  expect(unseen.map(({ reason }) => reason)).toEqual(["cannot execute SELECT FOR UPDATE in a read-only transaction"]);
  const { rows } = await client.query(
    "select current_setting('search_path') as path, current_setting('transaction_read_only') as only",
  );
  expect(rows).toEqual([{ path: '"$user", public', only: "off" }]);
});
