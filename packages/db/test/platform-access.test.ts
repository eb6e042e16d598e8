import { createNewId, type AccessGrantId, type TenantId } from "@severalty/domain/ids";
import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { gateFunctions } from "../src/doctor/expected.ts";
import { tenantEntities } from "../src/entities.ts";
import {
  enterPlatform,
  expireGrant,
  makeOperator,
  openTestGrant,
  type Operator,
} from "../src/testing/make-operator.ts";
import { anyEntity, makeRow } from "../src/testing/make-row.ts";
import { makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { notRefused } from "../src/testing/not-refused.ts";
import { errorWord } from "../src/testing/outcome.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { functionsOf } from "./catalog.ts";

let database: TestDatabase;
let admin: Client;
let platform: Client;
let one: MadeTenant;
let other: MadeTenant;
let operator: Operator;
let forOne: AccessGrantId;
let forAll: AccessGrantId;
const newId = createNewId();

/** Every table that a grant shows rows of, with the column that says whose they are. */
const tables = [
  { table: "app.tenants", column: "id" },
  ...tenantEntities.map(({ meta }) => ({ table: `${meta.schema}.${meta.tableName}`, column: "tenant_id" })),
];

beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  platform = await database.client("severalty_platform");
  [one, other] = [await makeTenant(admin), await makeTenant(admin)];
  operator = await makeOperator(admin);
  const orm = await database.orm("severalty_migrator");
  for (const entity of tenantEntities)
    for (const { tenantId } of [one, other]) await makeRow(admin, orm, anyEntity(entity), tenantId);
  forOne = await openTestGrant(platform, operator, one.tenantId);
  forAll = await openTestGrant(platform, operator, null);
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(() => platform.query("begin"));
afterEach(() => platform.query("rollback"));

/** Whose rows of a table are seen: binary columns are nobody's to read, so that only the tenant is asked for. */
const seen = async ({ table, column }: { table: string; column: string }): Promise<string[]> => {
  const { rows } = await platform.query<{ tenant: string }>(
    `select distinct ${column} as tenant from ${table} order by 1`,
  );
  return rows.map(({ tenant }) => tenant);
};
const whose = async ({ table, column }: { table: string; column: string }): Promise<string[]> => {
  const { rows } = await admin.query<{ tenant: string }>(
    `select distinct ${column} as tenant from ${table} order by 1`,
  );
  return rows.map(({ tenant }) => tenant);
};
const next = async () => {
  await platform.query("commit");
  await platform.query("begin");
};
const attempt = (work: Promise<unknown>): Promise<string> => work.then(() => "allowed", errorWord);
const entering = async (who: Operator, grantId: AccessGrantId, about: TenantId | null = null): Promise<string> => {
  const outcome = await attempt(enterPlatform(platform, who, grantId, about));
  await platform.query("rollback");
  await platform.query("begin");
  return outcome;
};

describe.each(tables)("$table", (place) => {
  test("B2: shows no row without a grant, of one tenant by a grant for it, and of every tenant by a grant for all", async () => {
    expect(await seen(place)).toEqual([]);
    await enterPlatform(platform, operator, forOne);
    expect(await seen(place)).toEqual([one.tenantId]);
    await next();
    expect(await seen(place)).toEqual([]);
    await enterPlatform(platform, operator, forAll);
    expect(await seen(place)).toEqual(await whose(place));
    expect(await seen(place)).toEqual(expect.arrayContaining([one.tenantId, other.tenantId]));
    await next();
    await enterPlatform(platform, operator, forAll, other.tenantId);
    expect(await seen(place)).toEqual([other.tenantId]);
  });

  test("is not written by a grant for all, but for columns of a tenant", async () => {
    await enterPlatform(platform, operator, forAll);
    const { table, column } = place;
    const statements = [`insert into ${table} default values`, `delete from ${table}`, `truncate ${table} cascade`];
    statements.push(`update ${table} set ${column} = ${column}`, `update ${table} set created_at = now()`);
    const allowed: string[] = [];
    for (const statement of statements) {
      await platform.query("savepoint attempt");
      const outcome = await attempt(platform.query(statement));
      // The audit log has no such column.
      if (!["42501", "42703"].includes(outcome)) allowed.push(`${statement}: ${outcome}`);
      await platform.query("rollback to savepoint attempt");
    }
    expect(allowed).toEqual([]);
  });
});

test("no hash, ciphertext or wrapped key is read by a grant for all", async () => {
  const { rows } = await admin.query<{ statement: string }>(
    `select format('select %I from %s', a.attname, c.oid::regclass) as statement
     from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.relnamespace in ('app'::regnamespace, 'auth'::regnamespace, 'sealed'::regnamespace) and c.relkind in ('r', 'p')
       and a.attnum > 0 and (a.atttypid = 'bytea'::regtype or a.attname like '%password%')`,
  );
  expect(rows.length).toBeGreaterThan(8);
  const client = await database.client("severalty_platform");
  expect(
    await notRefused(
      client,
      rows.map(({ statement }) => statement),
    ),
  ).toEqual([]);
});

test("a grant is for the session that opened it, its administrator, its tenant, and until it ends", async () => {
  const [ended, expired] = [
    await openTestGrant(platform, operator, null),
    await openTestGrant(platform, operator, null),
  ];
  await platform.query("select app.end_grant($1, $2, $3, 'request')", [operator.sessionId, operator.userId, ended]);
  await next();
  await expireGrant(admin, expired);
  // Of somebody who was removed and came back, while his session went on.
  const former = await openTestGrant(platform, operator, null);
  await next();
  await admin.query("update app.access_grants set user_id = $2 where id = $1", [former, newId()]);
  const colleague = await makeOperator(admin);
  const elsewhere = { ...operator, sessionId: newId<typeof operator.sessionId>() };
  await admin.query(
    `insert into auth.sessions (id, identity_id, tenant_id, user_id, expires_at, created_at, updated_at)
     select $2, identity_id, tenant_id, user_id, expires_at, now(), now() from auth.sessions where id = $1`,
    [operator.sessionId, elsewhere.sessionId],
  );
  expect({
    own: await entering(operator, forOne),
    itsTenant: await entering(operator, forOne, one.tenantId),
    anotherTenant: await entering(operator, forOne, other.tenantId),
    noTenant: await entering(operator, forOne, newId()),
    colleague: await entering(colleague, forAll),
    otherSession: await entering(elsewhere, forAll),
    former: await entering(operator, former),
    ended: await entering(operator, ended),
    expired: await entering(operator, expired),
    never: await entering(operator, newId()),
  }).toEqual({
    own: "allowed",
    itsTenant: "allowed",
    anotherTenant: "SVP01",
    noTenant: "SVP01",
    colleague: "SVP01",
    otherSession: "SVP01",
    former: "SVP01",
    ended: "SVP01",
    expired: "SVP01",
    never: "SVP01",
  });
});

const ends = [
  ["his session is revoked", "update auth.sessions set revoked_at = now() where id = $2 or $1::uuid is null"],
  [
    "his session is over",
    "update auth.sessions set created_at = now() - interval '2 hours', expires_at = now() - interval '1 hour' where id = $2 or $1::uuid is null",
  ],
  ["he is demoted", "update app.users set role = 'user' where id = $1 or $2::uuid is null"],
  ["he is disabled", "update app.users set status = 'disabled' where id = $1 or $2::uuid is null"],
  [
    "his identity is disabled",
    "update auth.identities set status = 'disabled' where id = (select identity_id from auth.sessions where id = $2) or $1::uuid is null",
  ],
  ["he is removed", "delete from app.users where id = $1 or $2::uuid is null"],
] as const;

test.each(ends)("an administrator's grants are worth nothing from the next transaction on, once %s", async (_, sql) => {
  const former = await makeOperator(admin);
  const grant = await openTestGrant(platform, former, null);
  await next();
  expect(await entering(former, grant)).toBe("allowed");
  await admin.query(sql, [former.userId, former.sessionId]);
  expect(await entering(former, grant)).toBe("SV001");
  expect(await attempt(openTestGrant(platform, former, null))).toBe("SV001");
});

test("nobody but the reserved tenant's administrators opens a grant: no member of another tenant, whatever his role says", async () => {
  const impostor = await makeTenant(admin, { role: "admin" });
  for (const who of [one, impostor, await makeOperator(admin, "user")]) {
    expect(await attempt(openTestGrant(platform, who, who.tenantId))).toBe("SV001");
    await next();
  }
});

const open = (minutes: number, reason: string) =>
  attempt(
    platform.query("select app.open_grant($1, $2, $3, null, $4, $5, 'r')", [
      operator.sessionId,
      operator.userId,
      newId(),
      minutes,
      reason,
    ]),
  );

test("a grant lasts from one to sixty minutes and has a reason of ten to five hundred characters", async () => {
  const asked = [
    [0, "x".repeat(10)],
    [-1, "x".repeat(10)],
    [61, "x".repeat(10)],
    [60, "x".repeat(9)],
    [60, "x".repeat(501)],
    [60, "x".repeat(500)],
    [1, "x".repeat(10)],
  ] as const;
  const outcomes: string[] = [];
  for (const [minutes, reason] of asked) {
    outcomes.push(await open(minutes, reason));
    await platform.query("rollback");
    await platform.query("begin");
  }
  expect(outcomes).toEqual([...Array.from({ length: 5 }, () => "23514"), "allowed", "allowed"]);
});

test("the transaction that opens a grant sees nothing by it, so that what is seen by a grant is in the logs for good", async () => {
  const grant = await openTestGrant(platform, operator, null);
  expect(await attempt(enterPlatform(platform, operator, grant))).toBe("SV003");
  await next();
  await platform.query("savepoint before");
  const second = await openTestGrant(platform, operator, null);
  await platform.query("release savepoint before");
  expect(await attempt(enterPlatform(platform, operator, second))).toBe("SV003");
});

test("a tenant is not removed without a grant, nor by one for another tenant", async () => {
  const remove = () => attempt(platform.query("select app.remove_tenant($1, $2)", [other.tenantId, other.slug]));
  await admin.query("update app.tenants set status = 'suspended' where id = $1", [other.tenantId]);
  expect(await remove()).toBe("SVP01");
  await platform.query("rollback");
  await platform.query("begin");
  await enterPlatform(platform, operator, forOne);
  expect(await remove()).toBe("SVP01");
  await admin.query("update app.tenants set status = 'active' where id = $1", [other.tenantId]);
});

test("a suspended tenant is not removed with another slug typed, nor with none", async () => {
  const doomed = await makeTenant(admin);
  await admin.query("update app.tenants set status = 'suspended' where id = $1", [doomed.tenantId]);
  const grant = await openTestGrant(platform, operator, doomed.tenantId);
  for (const typed of [other.slug, "", null]) {
    await next();
    await enterPlatform(platform, operator, grant);
    expect(await attempt(platform.query("select app.remove_tenant($1, $2)", [doomed.tenantId, typed]))).toBe("SVP05");
    await platform.query("rollback");
  }
  await platform.query("begin");
});

test("a transaction that goes on sees nothing more once the grant has expired", async () => {
  // Sealed by a superuser, because nobody opens a grant for less than a minute.
  await admin.query("begin");
  await admin.query(
    `select app.set_platform_context('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', $1, $2, $3,
       clock_timestamp() + interval '2 seconds', 'r', 'a')`,
    [operator.userId, operator.sessionId, forAll],
  );
  const granted = async () =>
    (await admin.query<{ last: string | null }>("select app.granted_last() as last")).rows[0]?.last;
  expect(await granted()).toBe("ffffffff-ffff-ffff-ffff-ffffffffffff");
  await admin.query("select pg_sleep(2.01)");
  expect(await granted()).toBeNull();
  await admin.query("rollback");
});

const context = async () =>
  (await platform.query<{ context: string }>("select current_setting('app.platform') as context")).rows[0]?.context ??
  "";
const setContext = (value: string, isLocal = true) =>
  platform.query("select set_config('app.platform', $1, $2)", [value, isLocal]);
const tenants = () => seen({ table: "app.tenants", column: "id" });

describe("the seal of a platform context", () => {
  test("one that is written by hand, altered, or of another transaction shows no row", async () => {
    await enterPlatform(platform, operator, forOne);
    const sealed = await context();
    expect(await tenants()).toEqual([one.tenantId]);
    const forged = [
      sealed.replaceAll(one.tenantId, other.tenantId),
      sealed.replace(/.$/, (last) => (last === "0" ? "1" : "0")),
      sealed.replace("|platform|", "|agency_admin|"),
      `${"0".repeat(36)}|${"0".repeat(64)}`,
      "0".repeat(200),
      "",
    ];
    for (const value of forged) {
      await setContext(value);
      expect([value, await tenants()]).toEqual([value, []]);
    }
    await next();
    await setContext(sealed);
    expect(await tenants()).toEqual([]);
  });

  test("one that is kept for the whole session, or given to another connection, shows no row", async () => {
    await enterPlatform(platform, operator, forAll);
    const sealed = await context();
    await setContext(sealed, false);
    const second = await database.client("severalty_platform");
    await second.query("begin");
    await second.query("select set_config('app.platform', $1, true)", [sealed]);
    expect((await second.query("select id from app.tenants")).rows).toEqual([]);
    await next();
    expect(await tenants()).toEqual([]);
    await platform.query("reset app.platform");
  });

  test("it is no context of a tenant, nor is a tenant's one of the platform, even in one transaction", async () => {
    await admin.query("begin");
    await admin.query("select app.set_platform_context($1, $1, $2, $3, $4, now() + interval '1 hour', 'r', 'a')", [
      one.tenantId,
      operator.userId,
      operator.sessionId,
      forAll,
    ]);
    await admin.query("select app.set_context($1, $2, $3, 'agency_admin', null, 'r', 'a')", [
      one.sessionId,
      one.userId,
      one.tenantId,
    ]);
    const read = async () => {
      const sql = "select app.tenant_id() as tenant, app.granted_first() as first";
      return (await admin.query<{ tenant: string | null; first: string | null }>(sql)).rows[0];
    };
    expect(await read()).toEqual({ tenant: one.tenantId, first: one.tenantId });
    const { rows } = await admin.query<{ a: string; b: string }>(
      "select current_setting('app.context') as a, current_setting('app.platform') as b",
    );
    await admin.query("select set_config('app.platform', $1, true), set_config('app.context', $2, true)", [
      rows[0]?.a,
      rows[0]?.b,
    ]);
    expect(await read()).toEqual({ tenant: null, first: null });
    await admin.query("rollback");
    const app = await database.client("severalty_app");
    expect(await attempt(app.query("select app.granted_first()"))).toBe("42501");
  });

  test("a second grant cannot be entered in one transaction", async () => {
    await enterPlatform(platform, operator, forOne);
    expect(await attempt(enterPlatform(platform, operator, forAll))).toBe("SV003");
  });
});

test("severalty_platform executes its own functions and no other's, and severalty_app and severalty_auth none of them", async () => {
  const functions = await functionsOf(admin);
  const call = ({ name, takes }: (typeof functions)[number]) =>
    `select ${name}(${takes.map((type) => `null::${type}`).join(", ")})`;
  const executable = async (role: "severalty_app" | "severalty_auth" | "severalty_platform") => {
    const client = await database.client(role);
    const allowed: string[] = [];
    for (const made of functions) if ((await attempt(client.query(call(made)))) !== "42501") allowed.push(made.name);
    return allowed.toSorted();
  };
  const own = Object.entries(gateFunctions).flatMap(([name, roles]) =>
    (roles as readonly string[]).includes("severalty_platform") ? [name] : [],
  );
  // Trigger functions cannot be called, whoever may.
  expect(await executable("severalty_platform")).toEqual(expect.arrayContaining(own));
  expect((await executable("severalty_platform")).filter((name) => !own.includes(name))).toEqual([]);
  for (const role of ["severalty_app", "severalty_auth"] as const)
    expect((await executable(role)).filter((name) => own.includes(name))).toEqual([]);
});

test("a grant is neither made, lengthened nor taken over by SQL, not even by the reserved tenant's own users", async () => {
  const statements = [
    `insert into app.access_grants (tenant_id, id, created_at, updated_at, user_id, session_id, reason, expires_at)
     values (gen_random_uuid(), gen_random_uuid(), now(), now(), gen_random_uuid(), gen_random_uuid(), 'because I can', now() + interval '1 hour')`,
    "update app.access_grants set expires_at = now() + interval '1 hour'",
    "update app.access_grants set ended_at = null, user_id = gen_random_uuid()",
    "delete from app.access_grants",
  ];
  await enterPlatform(platform, operator, forAll);
  await next();
  for (const role of ["severalty_app", "severalty_auth", "severalty_platform"] as const)
    expect(await notRefused(await database.client(role), statements)).toEqual([]);
});

const logOf = async (tenantId: TenantId, where: string, values: unknown[] = []) => {
  const { rows } = await admin.query<{ row: object }>(
    `select jsonb_build_object('user', user_id, 'kind', actor_kind, 'action', action, 'outcome', outcome, 'resource', resource_id,
       'details', details) as row from app.audit_logs where tenant_id = $1 and ${where} order by timestamp, id`,
    [tenantId, ...values],
  );
  return rows.map(({ row }) => row);
};

describe("what the logs have", () => {
  test("B2: a grant for one tenant is in its log and the platform's, one for all in every tenant's, when it opens and when it ends", async () => {
    const about = "details ->> 'grantId' = $2 and resource_type = 'accessGrants'";
    const single = await openTestGrant(platform, operator, one.tenantId);
    const every = await openTestGrant(platform, operator, null);
    for (const id of [single, every, single])
      await platform.query("select app.end_grant($1, $2, $3, 'request')", [operator.sessionId, operator.userId, id]);
    await next();
    const told = (id: string, forAllTenants: boolean) =>
      ["platform.grants.create", "platform.grants.end"].map((action) => ({
        user: operator.userId,
        kind: "platform",
        action,
        outcome: "ok",
        resource: id,
        details: {
          by: operator.email,
          forAll: forAllTenants,
          grantId: id,
          grantReason: "to look into a ticket",
          until: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
        },
      }));
    expect(await logOf(one.tenantId, about, [single])).toEqual(told(single, false));
    expect(await logOf(operator.tenantId, about, [single])).toEqual(told(single, false));
    expect(await logOf(other.tenantId, about, [single])).toEqual([]);
    for (const tenantId of [one.tenantId, other.tenantId, operator.tenantId])
      expect(await logOf(tenantId, about, [every])).toEqual(told(every, true));
  });

  test("B2: entering a tenant by a grant is in its log and the platform's, whether or not anything is read then", async () => {
    const grant = await openTestGrant(platform, operator, null);
    await next();
    await enterPlatform(platform, operator, grant, one.tenantId);
    await next();
    const about = "details ->> 'grantId' = $2 and action = 'tests.platform'";
    const entry = { user: operator.userId, kind: "platform", outcome: "ok", resource: one.tenantId };
    expect(await logOf(one.tenantId, about, [grant])).toEqual([expect.objectContaining(entry)]);
    expect(await logOf(operator.tenantId, about, [grant])).toEqual([expect.objectContaining(entry)]);
    expect(await logOf(other.tenantId, about, [grant])).toEqual([]);
  });

  test("what is changed by a grant names the administrator and the grant", async () => {
    const grant = await openTestGrant(platform, operator, one.tenantId);
    await next();
    await enterPlatform(platform, operator, grant);
    await platform.query("update app.tenants set name = 'Renamed'");
    await next();
    expect(await logOf(one.tenantId, "details ->> 'grantId' = $2 and details ? 'changed'", [grant])).toEqual([
      expect.objectContaining({
        user: operator.userId,
        kind: "platform",
        details: { changed: ["name"], grantId: grant },
      }),
    ]);
  });

  test("a refusal is recorded of an administrator and of nobody else", async () => {
    const record = (who: { sessionId: string; userId: string }, requestId: string) =>
      attempt(
        platform.query("select app.record_platform($1, $2, null, $3, 'denied', 'platform/no-grant', $4, 'a.b')", [
          who.sessionId,
          who.userId,
          other.tenantId,
          requestId,
        ]),
      );
    expect(await record(operator, "refused-1")).toBe("allowed");
    await next();
    expect(await record(one, "refused-2")).toBe("SV001");
    await platform.query("rollback");
    await platform.query("begin");
    const details = { by: operator.email, reason: "platform/no-grant" };
    expect(await logOf(other.tenantId, "request_id = 'refused-1'")).toEqual([
      expect.objectContaining({ kind: "platform", outcome: "denied", details }),
    ]);
    expect(await logOf(other.tenantId, "request_id = 'refused-2'")).toEqual([]);
  });
});
