import { itemsOf } from "@severalty/domain/template-items";
import { compileTemplate, type TemplateSource } from "@severalty/domain/template-source";
import type { TenantId } from "@severalty/domain/ids";
import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { register } from "../src/identity/register.ts";
import { migrateDown, migrateUp } from "../src/migrate.ts";
import { migrations } from "../src/migrations.ts";
import type { Orm } from "../src/orm.ts";
import { enter } from "../src/testing/enter.ts";
import { makeRegistration, makeSession } from "../src/testing/make-registration.ts";
import { makeTenant } from "../src/testing/make-tenant.ts";
import { notRefused } from "../src/testing/not-refused.ts";
import { errorWord } from "../src/testing/outcome.ts";
import { snapshot } from "../src/testing/snapshot.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { blank } from "../src/templates/blank.ts";
import { fintech } from "../src/templates/fintech.ts";
import { shippedTemplates } from "../src/templates/shipped-templates.ts";
import { storeTemplates } from "../src/templates/store-templates.ts";
import { rowItems } from "./row-items.ts";

let database: TestDatabase;
let admin: Client;
let auth: Orm;
beforeAll(async () => {
  database = await TestDatabase.create();
  admin = await database.client();
  auth = await database.orm("severalty_auth");
});
afterAll(() => database[Symbol.asyncDispose]());

const client = { ip: "192.0.2.1", userAgent: "test", requestId: "request-1" };
const registerFrom = async (templateKey: string) => {
  const made = makeRegistration({ templateKey });
  await register(auth.em.fork(), made, makeSession(), client);
  return made;
};

const stored = async (key: string) => {
  const { rows } = await admin.query<Record<string, unknown>>(
    "select id, version, name, description, definition from app.templates where key = $1",
    [key],
  );
  return rows;
};

test("B6: a migrated database has every shipped template, recipes parsed, without a seed", async () => {
  for (const source of shippedTemplates) {
    const { version, name, description, definition } = compileTemplate(source);
    expect(await stored(source.key)).toEqual([
      { id: expect.any(String) as string, version, name, description, definition },
    ]);
  }
});

test("B6: a tenant made from fintech has exactly what the template says", async () => {
  const { tenantId } = await registerFrom("fintech");
  const { definition } = compileTemplate(fintech);
  expect(await rowItems(admin, tenantId)).toEqual(itemsOf(definition));
  const { rows } = await admin.query(
    `select t.template_key as "tenantKey", c.template_key as key, c.template_version as version, c.template_definition as definition
     from app.tenants t join app.tenant_configs c on c.tenant_id = t.id where t.id = $1`,
    [tenantId],
  );
  expect(rows).toEqual([{ tenantKey: "fintech", key: "fintech", version: fintech.version, definition }]);
  const { rows: meanings } = await admin.query<{ definition: object }>(
    "select definition from app.recipes where tenant_id = $1 order by name",
    [tenantId],
  );
  const recipes = definition.agentRoles.flatMap((role) => role.cookbooks.flatMap((cookbook) => cookbook.recipes));
  expect(meanings.map((row) => row.definition)).toEqual(
    recipes.toSorted((one, other) => (one.name < other.name ? -1 : 1)).map((recipe) => recipe.definition),
  );
});

test("what a template brings is in the new tenant's audit log, row by row, by its first user", async () => {
  const { tenantId, userId } = await registerFrom("fintech");
  const { rows } = await admin.query<{ table: string; count: number }>(
    `select resource_type as table, count(*)::int from app.audit_logs
     where tenant_id = $1 and user_id = $2 and action = 'auth.register' and request_id = 'request-1' group by 1 order by 1`,
    [tenantId, userId],
  );
  const counts = Object.groupBy(itemsOf(compileTemplate(fintech).definition).values(), ({ kind }) => kind);
  expect(Object.fromEntries(rows.map(({ table, count }) => [table, count]))).toEqual({
    agentRoles: counts.agentRole?.length,
    cookbooks: counts.cookbook?.length,
    recipes: counts.recipe?.length,
    tenantConfigs: 1,
    tenants: 1,
    users: 1,
  });
});

test("two tenants made from one template share no row and no id", async () => {
  const [one, other] = [await registerFrom("fintech"), await registerFrom("fintech")];
  const ids = async (tenantId: TenantId) => {
    const tables = ["tenant_configs", "agent_roles", "cookbooks", "recipes"];
    const { rows } = await admin.query<{ id: string }>(
      tables.map((table) => `select id from app.${table} where tenant_id = $1`).join(" union all "),
      [tenantId],
    );
    return rows.map(({ id }) => id);
  };
  const [ours, theirs] = [await ids(one.tenantId), await ids(other.tenantId)];
  expect(new Set([...ours, ...theirs]).size).toBe(2 * ours.length);
  const app = await database.client("severalty_app");
  await app.query("begin");
  await enter(app, { ...one, kind: "user", role: "agency_admin" });
  await app.query("update app.recipes set name = 'Ours: ' || name");
  await app.query("delete from app.tenant_configs");
  await app.query("commit");
  expect(await rowItems(admin, other.tenantId)).toEqual(itemsOf(compileTemplate(fintech).definition));
});

test("when one row of a template cannot be inserted, there is no tenant, no identity and no session", async () => {
  await admin.query(`create function public.fail() returns trigger language plpgsql as $$ begin
    if new.name = 'Clear a screening hit' then raise exception 'the disk is full' using errcode = '53100'; end if; return new; end $$`);
  await admin.query("create trigger fail before insert on app.recipes for each row execute function public.fail()");
  try {
    const before = await snapshot(admin);
    expect(await registerFrom("fintech").catch(errorWord)).toBe("53100");
    expect(await snapshot(admin)).toEqual(before);
  } finally {
    await admin.query("drop function public.fail() cascade");
  }
});

test("a tenant's template cannot be chosen again, nor anybody's rows written, by registering over it", async () => {
  const earlier = await registerFrom("blank");
  const before = await snapshot(admin);
  for (const field of ["tenantId", "identityId", "sessionId", "tenantSlug"] as const) {
    const again = makeRegistration({ templateKey: "fintech", [field]: earlier[field] });
    expect([field, await register(auth.em.fork(), again, makeSession(), client).catch(errorWord)]).toEqual([
      field,
      "23505",
    ]);
  }
  expect(await snapshot(admin)).toEqual(before);
});

test("a server of the version before, which names no template, goes on registering", async () => {
  const { identityId, tenantId, userId, sessionId, tenantName, tenantSlug, name, username, email } = makeRegistration();
  const { refreshHash, at, expiresAt } = makeSession();
  const old = await database.client("severalty_auth");
  await old.query(
    "select auth.register($1, $2, $3, $4, $5, $6, $7, $8, $9, 'hash', $10, $11, $11, null, null, null, $12)",
    [
      identityId,
      tenantId,
      userId,
      sessionId,
      tenantName,
      tenantSlug,
      name,
      username,
      email,
      refreshHash,
      expiresAt,
      at,
    ],
  );
  const { rows } = await admin.query("select template_key as key from app.tenant_configs where tenant_id = $1", [
    tenantId,
  ]);
  expect(rows).toEqual([{ key: "blank" }]);
});

test("tenants of earlier versions get a configuration without a template, and the reserved tenant gets none", async () => {
  await using earlier = await TestDatabase.create();
  const url = earlier.url("severalty_migrator");
  const at = migrations.findIndex(({ name }) => name === "0015_templates");
  await migrateDown(url, { to: migrations[at - 1]?.name });
  const superuser = await earlier.client();
  const tenants = [await makeTenant(superuser), await makeTenant(superuser)];
  const platform = await makeTenant(superuser);
  await superuser.query("update app.tenants set slug = 'platform' where id = $1", [platform.tenantId]);
  await migrateUp(url);
  await migrateDown(url, { to: migrations[at - 1]?.name });
  await migrateUp(url);
  const { rows } = await superuser.query(
    "select tenant_id, config, template_key, template_version, template_definition from app.tenant_configs order by tenant_id",
  );
  expect(rows).toEqual(
    tenants
      .map(({ tenantId }) => ({
        tenant_id: tenantId,
        config: {},
        template_key: null,
        template_version: null,
        template_definition: null,
      }))
      .toSorted((one, other) => (one.tenant_id < other.tenant_id ? -1 : 1)),
  );
});

const versioned = (version: number): TemplateSource => ({
  ...blank,
  key: "versioned",
  version,
  name: `Version ${version}`,
});

test("a higher version takes a template's place under the same id; the same one and a lower one change nothing", async () => {
  const migrator = await database.client("severalty_migrator");
  expect(await storeTemplates(migrator, [versioned(2), blank])).toEqual(["versioned 2"]);
  const [second] = await stored("versioned");
  const before = await snapshot(admin);
  expect(await storeTemplates(migrator, [{ ...versioned(2), name: "Another" }])).toEqual([]);
  expect(await storeTemplates(migrator, [versioned(1)])).toEqual([]);
  expect(await snapshot(admin)).toEqual(before);
  expect(await storeTemplates(migrator, [versioned(3)])).toEqual(["versioned 3"]);
  expect(await stored("versioned")).toEqual([{ ...second, version: 3, name: "Version 3" }]);
});

test("one template that breaks a rule keeps all of them as they were", async () => {
  const migrator = await database.client("severalty_migrator");
  const before = await snapshot(admin);
  const sources = [
    { ...blank, version: 9 },
    { ...blank, key: "broken", name: "" },
  ];
  await expect(storeTemplates(migrator, sources)).rejects.toThrow("Too small");
  expect(await snapshot(admin)).toEqual(before);
});

test("migrating stores templates once nothing is pending, and says so; a second time it says nothing", async () => {
  await using fresh = await TestDatabase.create({ migrated: false });
  const url = fresh.url("severalty_migrator");
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  await migrateUp(url, { say, to: migrations.at(-2)?.name });
  expect(said).toEqual([]);
  await migrateUp(url, { say });
  expect(said).toEqual(["templates: stored agency 1, blank 1, fintech 1"]);
  await migrateUp(url, { say });
  expect(said).toHaveLength(1);
});

test("no role of the server writes a template, entered or not", async () => {
  const writes = [
    "insert into app.templates select * from app.templates",
    "update app.templates set version = 9",
    "delete from app.templates",
    "select app.start_from_template(app.uuid_v7(), 'fintech', now())",
  ];
  for (const role of ["severalty_app", "severalty_auth", "severalty_platform", "severalty_worker"] as const)
    expect([role, await notRefused(await database.client(role), writes)]).toEqual([role, []]);
  const app = await database.client("severalty_app");
  const tenant = await makeTenant(admin);
  for (const sql of writes) {
    await app.query("begin");
    await enter(app, tenant);
    expect([sql, await app.query(sql).catch(errorWord)]).toEqual([sql, "42501"]);
    await app.query("rollback");
  }
});

test("templates are read by who has entered a tenant, and by nobody else", async () => {
  const app = await database.client("severalty_app");
  const count = async () => (await app.query("select from app.templates")).rowCount;
  expect(await count()).toBe(0);
  await app.query("begin");
  await enter(app, await makeTenant(admin));
  expect(await count()).toBeGreaterThanOrEqual(shippedTemplates.length);
  await app.query("commit");
  expect(await count()).toBe(0);
  for (const role of ["severalty_auth", "severalty_platform", "severalty_worker"] as const)
    expect(await notRefused(await database.client(role), ["select from app.templates"])).toEqual([]);
});
