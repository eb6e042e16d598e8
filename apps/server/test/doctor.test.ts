import { TestDatabase } from "@severalty/db/testing/test-database";
import { withCredentials } from "@severalty/postgres/url";
import { rolePassword } from "@severalty/db/testing/role-passwords";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Client } from "pg";
import type { Orm } from "@severalty/db/orm";
import { assertSafe, examineDatabases, UnsafeDatabaseError } from "../src/examine-databases.ts";
import { serverEnv } from "../src/env.ts";
import { serverEnvOn, spawnServer } from "./spawn-server.ts";

let database: TestDatabase;
let admin: Client;
let app: Orm;
let lines: Record<string, unknown>[] = [];
const log = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) });
const envOf = (changes: Record<string, string>) => serverEnv.parse(serverEnvOn(database.adminUrl, changes));
const start = async (changes: Record<string, string> = { ENVIRONMENT: "production" }) => {
  const env = envOf(changes);
  await assertSafe(await examineDatabases(env, new Date()), app, env, log);
};

beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  app = await database.orm();
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(() => {
  lines = [];
});
afterEach(() =>
  admin.query(
    "alter table app.documents force row level security; delete from app.migrations where name = '9999_of_tomorrow'",
  ),
);

/** The months of the test's database are made ahead for the tests' own needs. */
const told = () =>
  lines
    .filter(({ rule }) => rule !== "audit-months")
    .map(({ level, rule, finding, object }) => ({ level, rule, finding, object }));
const unforced = { level: 40, rule: "rls-not-forced", finding: "error", object: "app.documents" };
const unforce = () => admin.query("alter table app.documents no force row level security");

test("a database as the migrations make it is served in production, without a word", async () => {
  await start();
  expect(told()).toEqual([]);
});

test("in production an error keeps the server from starting, and a sentence says which", async () => {
  await unforce();
  await expect(start()).rejects.toThrow(UnsafeDatabaseError);
  await expect(start()).rejects.toThrow(
    "  - app.documents row-level security does not bind the owner (rls-not-forced). Without FORCE",
  );
  expect(told()).toEqual([]);
  await start({ ENVIRONMENT: "development" });
  expect(told()).toEqual([unforced]);
});

test("DOCTOR_ALLOW starts it all the same and says so in the log; it knows no rule that is not one", async () => {
  await unforce();
  await start({ ENVIRONMENT: "production", DOCTOR_ALLOW: "index-invalid, rls-not-forced" });
  expect(told()).toEqual([unforced]);
  expect(lines.map(({ msg }) => msg)).toContain(
    "allowed by DOCTOR_ALLOW: app.documents row-level security does not bind the owner",
  );
  expect(() => envOf({ DOCTOR_ALLOW: "rls-not-forced,rls-of-force" })).toThrow("must be ids of rules");
});

test("a warning is logged and keeps nobody from starting", async () => {
  await admin.query("create index late on app.documents (title)");
  await start();
  expect(told()).toEqual([{ level: 40, rule: "index-without-tenant", finding: "warning", object: "app.documents" }]);
  await admin.query("drop index app.late");
});

test("a server on a database that a newer release has migrated judges by what holds for every release alone", async () => {
  await admin.query(
    "create function app.of_tomorrow() returns int language sql security definer set search_path = pg_catalog, pg_temp as 'select 1'",
  );
  await admin.query(
    "revoke all on function app.of_tomorrow() from public; alter function app.of_tomorrow() owner to severalty_gate",
  );
  await expect(start()).rejects.toThrow("(definer-unlisted)");
  await admin.query("insert into app.migrations (name) values ('9999_of_tomorrow')");
  await start();
  expect(told()).toEqual([{ level: 40, rule: "definer-unlisted", finding: "error", object: "app.of_tomorrow()" }]);
  await unforce();
  await expect(start()).rejects.toThrow("(rls-not-forced)");
  await admin.query("drop function app.of_tomorrow()");
});

test("a URL of a role that is not the server's ends the start in production with one message and exit code 1", async () => {
  const url = withCredentials(database.adminUrl, "severalty_migrator", rolePassword);
  const env = serverEnvOn(database.adminUrl, { ENVIRONMENT: "production", AUTH_DATABASE_URL: url });
  const { code, stderr } = await spawnServer(env).ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^severalty-server: the database does not keep tenants apart as it should, and ENVIRONMENT is production:\n {2}- severalty_migrator should be severalty_auth, as severalty_migrator \(session-role\)\./,
  );
  expect(stderr).not.toContain(rolePassword);
});
