import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { memberships } from "../src/doctor/expected.ts";
import { roles, serverRoles } from "../src/roles.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { found } from "./found.ts";

let database: TestDatabase;
let admin: Client;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
});
afterAll(() => database[Symbol.asyncDispose]());

test("each role has the flags of its specification, and none is superuser, creates roles or databases, or replicates", async () => {
  const { rows } = await admin.query("select rolname::text as name from pg_roles where rolname like 'severalty\\_%'");
  expect(rows.map(({ name }) => String(name)).toSorted()).toEqual(Object.keys(roles).toSorted());
  expect(await found(admin, "role-missing", "role-bypasses-rls", "role-creates", "role-flags")).toEqual([]);
});

test("the roles that the server logs in with neither inherit nor bypass row-level security", () => {
  for (const name of ["severalty_app", "severalty_auth", "severalty_platform", "severalty_worker"] as const)
    expect(roles[name]).toEqual({ login: true, inherit: false, bypassRls: false });
});

test("only the migrator is a member of anything: of owner and gate, without handing them on", async () => {
  const { rows } = await admin.query(
    `select m.member::regrole::text as member, m.roleid::regrole::text as role, m.admin_option as "handsOn"
     from pg_auth_members m where m.member::regrole::text like 'severalty\\_%' or m.roleid::regrole::text like 'severalty\\_%'
     order by 1, 2`,
  );
  const expected = memberships.map(([member, role]) => ({ member, role, handsOn: false }));
  expect(rows).toEqual(expected.toSorted((a, b) => (a.role < b.role ? -1 : 1)));
});

test("the owner owns everything but the gate's functions; no other role of Severalty owns anything", async () => {
  const { rows } = await admin.query<{ owner: string; kind: string }>(
    `select refobjid::regrole::text as owner, classid::regclass::text as kind
     from pg_shdepend where refclassid = 'pg_authid'::regclass and deptype = 'o'
       and dbid = (select oid from pg_database where datname = current_database())
     group by 1, 2 order by 1, 2`,
  );
  expect(rows.filter(({ owner }) => owner !== "severalty_owner")).toEqual([
    { owner: "severalty_gate", kind: "pg_proc" },
  ]);
  expect(new Set(rows.map(({ owner }) => owner))).toEqual(new Set(["severalty_gate", "severalty_owner"]));
});

test("the database lets everybody do nothing, the server's roles connect, and only migrator and owner create", async () => {
  const { rows } = await admin.query<{ grantee: string; privileges: string }>(
    `select case when acl.grantee = 0 then 'public' else acl.grantee::regrole::text end as grantee,
       string_agg(acl.privilege_type, ' ' order by acl.privilege_type) as privileges
     from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) acl
     where d.datname = current_database() and acl.grantee <> d.datdba group by 1 order by 1`,
  );
  expect(rows).toEqual([
    { grantee: "severalty_app", privileges: "CONNECT" },
    { grantee: "severalty_auth", privileges: "CONNECT" },
    { grantee: "severalty_migrator", privileges: "CONNECT CREATE" },
    { grantee: "severalty_owner", privileges: "CREATE" },
    { grantee: "severalty_platform", privileges: "CONNECT" },
    { grantee: "severalty_worker", privileges: "CONNECT" },
  ]);
});

test("every role that the server logs in with has its statements, locks and idle transactions end by themselves", async () => {
  for (const role of serverRoles) {
    const client = await database.client(role);
    for (const setting of ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]) {
      const { rows } = await client.query<{ ms: string }>("select setting as ms from pg_settings where name = $1", [
        setting,
      ]);
      expect(Number(rows[0]?.ms)).toBeGreaterThan(0);
    }
  }
});

test("no password of a role is kept as it was given", async () => {
  const { rows } = await admin.query<{ name: string; verifier: string | null }>(
    "select rolname::text as name, rolpassword as verifier from pg_authid where rolname like 'severalty\\_%'",
  );
  const sealed = rows.map(({ name, verifier }) => [name, /^SCRAM-SHA-256\$\d+:/.test(verifier ?? "")]);
  const logins = Object.entries(roles).map(([name, { login }]) => [name, login]);
  expect(Object.fromEntries(sealed)).toEqual(Object.fromEntries(logins));
});
