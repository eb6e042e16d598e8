import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { DomainError } from "@severalty/domain/errors";
import { createNewId } from "@severalty/domain/ids";
import { itemsOf, type TemplateItem } from "@severalty/domain/template-items";
import { compileTemplate, type TemplateSource } from "@severalty/domain/template-source";
import * as fc from "fast-check";
import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AbTest } from "../src/entities/ab-test.ts";
import { AgentInstance } from "../src/entities/agent-instance.ts";
import { Subscription } from "../src/entities/subscription.ts";
import type { Orm } from "../src/orm.ts";
import { withTenant } from "../src/tenancy/with-tenant.ts";
import { applyTemplate, type TemplateApplied } from "../src/templates/apply-template.ts";
import { compareWithTemplate } from "../src/templates/preview-template.ts";
import { storeTemplates } from "../src/templates/store-templates.ts";
import { anyEntity, makeRow } from "../src/testing/make-row.ts";
import { makeTenant, type MadeTenant } from "../src/testing/make-tenant.ts";
import { snapshot } from "../src/testing/snapshot.ts";
import { TestDatabase } from "../src/testing/test-database.ts";
import { rowItems } from "./row-items.ts";

let database: TestDatabase;
let orm: Orm;
let admin: Client;
beforeAll(async () => {
  database = await TestDatabase.create();
  orm = await database.orm();
  admin = await database.client();
});
afterAll(() => database[Symbol.asyncDispose]());

const newId = createNewId();
const occasion = { requestId: "adopting", action: "templates.adopt" };

const yaml = (name: string, prompt: string) =>
  `name: ${name}\nsteps:\n  - id: one\n    uses: model\n    prompt: ${prompt}\n`;

/** A version of a template in few words: descriptions of roles, of cookbooks by role, prompts of recipes by cookbook. */
interface Sketch {
  readonly config: TemplateSource["config"];
  readonly roles: Record<
    string,
    { text: string; cookbooks: Record<string, { text: string; recipes: Record<string, string> }> }
  >;
}

const sourceOf = (key: string, version: number, { config, roles }: Sketch): TemplateSource => ({
  key,
  version,
  name: "Trial",
  description: "",
  config,
  agentRoles: Object.entries(roles).map(([name, { text, cookbooks }]) => ({
    name,
    description: text,
    capabilities: [text],
    cookbooks: Object.entries(cookbooks).map(([book, { text: description, recipes }]) => ({
      name: book,
      description,
      recipes: Object.entries(recipes).map(([recipe, prompt]) => yaml(recipe, prompt)),
    })),
  })),
});

const store = (source: TemplateSource) => storeTemplates(admin, [source]);

/** A tenant made from the first version of a template of its own. */
const makeFollower = async (sketch: Sketch) => {
  const key = `trial-${randomBytes(6).toString("hex")}`;
  await store(sourceOf(key, 1, sketch));
  const tenant = await makeTenant(admin);
  await admin.query("select app.start_from_template($1, $2, now())", [tenant.tenantId, key]);
  return { tenant, key };
};

const adopt = (tenant: MadeTenant, given: { key?: string; version: number }): Promise<TemplateApplied> =>
  withTenant(orm.em, tenant, occasion, (em) => applyTemplate(em, given, { newId, now: new Date() }));
const preview = (tenant: MadeTenant, key?: string) =>
  withTenant(orm.em, tenant, { ...occasion, readOnly: true }, (em) => compareWithTemplate(em, key));

const text = fc.constantFrom("one", "two");
const recipes = fc.dictionary(fc.constantFrom("p", "q"), text);
const sketch: fc.Arbitrary<Sketch> = fc
  .record({
    config: fc.record(
      {
        locale: fc.constantFrom("en", "sv"),
        features: fc.dictionary(fc.constantFrom("kyc", "search"), fc.boolean()),
      },
      { requiredKeys: [] },
    ),
    texts: fc.record({ R: text, S: text }, { requiredKeys: [] }),
    books: fc.record(
      {
        X: fc.record({ role: fc.constantFrom("R" as const, "S" as const), text, recipes }),
        Y: fc.record({ role: fc.constantFrom("R" as const, "S" as const), text, recipes }),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ config, texts, books }) => {
    const rolesOf = (name: "R" | "S") => {
      const description = texts[name];
      if (description === undefined) return [];
      const own = Object.entries(books).filter(([, { role }]) => role === name);
      const cookbooks = Object.fromEntries(
        own.map(([book, { text: said, recipes: has }]) => [book, { text: said, recipes: has }]),
      );
      return [[name, { text: description, cookbooks }] as const];
    };
    return { config: structuredClone(config), roles: Object.fromEntries([...rolesOf("R"), ...rolesOf("S")]) };
  });

/** What people do to their tenant, in SQL; each takes the tenant as $1. */
const edits = {
  "rewrite role R":
    "update app.agent_roles set description = 'mine', version = version + 1 where tenant_id = $1 and name = 'R'",
  "rename role R":
    "update app.agent_roles set name = 'mine', version = version + 1 where tenant_id = $1 and name = 'R'",
  "own role S": `insert into app.agent_roles (tenant_id, id, name, description, created_at, updated_at)
    values ($1, app.uuid_v7(), 'S', 'mine', now(), now()) on conflict do nothing`,
  "rewrite cookbook X":
    "update app.cookbooks set description = 'mine', version = version + 1 where tenant_id = $1 and name = 'X'",
  "remove cookbook X": "delete from app.cookbooks where tenant_id = $1 and name = 'X'",
  "remove lone roles": `delete from app.agent_roles r where tenant_id = $1
    and not exists (select from app.cookbooks c where c.tenant_id = $1 and c.agent_role_id = r.id)`,
  "rewrite recipes p":
    "update app.recipes set source_yaml = 'mine', version = version + 1 where tenant_id = $1 and name = 'p'",
  "unpublish recipes q":
    "update app.recipes set status = 'draft', version = version + 1 where tenant_id = $1 and name = 'q'",
  "remove recipes p": "delete from app.recipes where tenant_id = $1 and name = 'p'",
  "own recipe q": `insert into app.recipes (tenant_id, id, cookbook_id, name, source_yaml, definition, created_at, updated_at)
    select $1, app.uuid_v7(), id, 'q', 'mine', '{}', now(), now() from app.cookbooks where tenant_id = $1 on conflict do nothing`,
  "set the locale": `update app.tenant_configs set config = config || '{"locale": "de"}', version = version + 1 where tenant_id = $1`,
  "drop the features":
    "update app.tenant_configs set config = config - 'features', version = version + 1 where tenant_id = $1",
} satisfies Record<string, string>;

const uses = ["subscribe", "deploy", "compare"] as const;

/** Rows that refer to what the tenant has: a subscription to each role, an agent on each cookbook, an A/B test of each recipe. */
const use = async ({ tenantId }: MadeTenant, how: (typeof uses)[number]): Promise<void> => {
  const rowsOf = async (table: string) => {
    const { rows } = await admin.query<Record<string, string>>(
      `select * from app.${table} where tenant_id = $1 limit 1`,
      [tenantId],
    );
    return rows;
  };
  if (how === "subscribe")
    for (const { id } of await rowsOf("agent_roles"))
      await makeRow(admin, orm, anyEntity(Subscription), tenantId, { agentRoleId: id, purchased: 1 });
  if (how === "deploy")
    for (const { id, agent_role_id: agentRoleId } of await rowsOf("cookbooks"))
      await makeRow(admin, orm, anyEntity(AgentInstance), tenantId, { agentRoleId, cookbookId: id });
  if (how === "compare")
    for (const { id } of await rowsOf("recipes"))
      await makeRow(admin, orm, anyEntity(AbTest), tenantId, { recipeId: id });
};

/** Of the reasons for a skip, those that what there is afterwards bears out. */
const isBorneOut = async (
  { tenantId }: MadeTenant,
  item: TemplateItem,
  reason: string,
  after: ReadonlyMap<string, TemplateItem>,
): Promise<boolean> => {
  const has = (kind: TemplateItem["kind"], name: string) =>
    [...after.values()].some((other) => other.kind === kind && other.name === name);
  if (reason === "parentMissing") {
    if (item.kind === "cookbook") return !has("agentRole", item.content.agentRole);
    return item.kind === "recipe" && !has("cookbook", item.cookbook);
  }
  const references: Record<string, string> = {
    agentRole: `select from app.agent_roles t where tenant_id = $1 and name = $2 and (
      exists (select from app.cookbooks where agent_role_id = t.id) or exists (select from app.subscriptions where agent_role_id = t.id)
      or exists (select from app.agent_instances where agent_role_id = t.id))`,
    cookbook: `select from app.cookbooks t where tenant_id = $1 and name = $2 and (
      exists (select from app.recipes where cookbook_id = t.id) or exists (select from app.agent_instances where cookbook_id = t.id))`,
    recipe: `select from app.recipes t where tenant_id = $1 and name = $2 and (exists (select from app.ab_tests where recipe_id = t.id)
      or exists (select from app.agent_instances where cookbook_id = t.cookbook_id))`,
  };
  const { rowCount } = await admin.query(references[item.kind] ?? "select where false", [tenantId, item.name]);
  return reason === "inUse" && (rowCount ?? 0) > 0;
};

test("whatever people changed and whatever a version brings, what was changed stays and all else is as the version says", async () => {
  const run = fc.record({
    first: sketch,
    second: sketch,
    edited: fc.subarray(Object.keys(edits) as (keyof typeof edits)[], { maxLength: 4 }),
    used: fc.subarray([...uses], { maxLength: 1 }),
  });
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(run, async ({ first, second, edited, used }) => {
      const { tenant, key } = await makeFollower(first);
      for (const name of edited) await admin.query(edits[name], [tenant.tenantId]);
      for (const how of used) await use(tenant, how);
      await store(sourceOf(key, 2, second));
      const [was, says] = [first, second].map((of) => itemsOf(compileTemplate(sourceOf(key, 1, of)).definition));
      const has = await rowItems(admin, tenant.tenantId);
      const { applied, skipped } = await adopt(tenant, { version: 2 });
      const after = await rowItems(admin, tenant.tenantId);
      const identities = new Map([...(was ?? []), ...has, ...after, ...(says ?? [])]);
      for (const [identity, item] of identities) {
        const [old, mine, next, now] = [was, has, says, after].map((items) => items?.get(identity)?.content);
        const isThis = (other: { kind: string; name: string; cookbook: string | null }) =>
          other.kind === item.kind &&
          other.name === item.name &&
          other.cookbook === (item.kind === "recipe" ? item.cookbook : null);
        const skip = skipped.find(isThis);
        const isOwn = !isDeepStrictEqual(mine, old) && !isDeepStrictEqual(mine, next);
        const isDue = !isOwn && !isDeepStrictEqual(mine, next);
        const isDone = applied.some(isThis);
        expect({ identity, now }).toEqual({ identity, now: isDone ? next : mine });
        expect({ identity, isListed: isDone || skip !== undefined }).toEqual({
          identity,
          isListed: isDue || (isOwn && !isDeepStrictEqual(old, next)),
        });
        expect({ identity, isDone: isDone && isOwn }).toEqual({ identity, isDone: false });
        if (skip === undefined) continue;
        seen.add(skip.reason);
        const fits = isOwn ? skip.reason === "locallyChanged" : await isBorneOut(tenant, item, skip.reason, after);
        expect({ identity, skip, fits }).toEqual({ identity, skip, fits: true });
      }
      const { changes, applied: follows } = await preview(tenant);
      expect(follows).toEqual({ key, version: 2 });
      expect(changes.filter(({ isNew }) => isNew)).toEqual([]);
      expect(changes.every(({ state }) => state === "locallyChanged" || state === "unchanged")).toBe(true);
    }),
    { numRuns: 30, seed: 1 },
  );
  expect(seen).toEqual(new Set(["locallyChanged", "parentMissing", "inUse"]));
});

const bookOf = (prompt: string): Sketch => ({
  config: { locale: "en" },
  roles: { R: { text: "one", cookbooks: { X: { text: "one", recipes: { p: prompt } } } } },
});
const reasonOf = (error: unknown): string => (error instanceof DomainError ? error.reason : String(error));

test("adopted again, a version changes nothing at all", async () => {
  const { tenant, key } = await makeFollower(bookOf("one"));
  await store(sourceOf(key, 2, bookOf("two")));
  expect(await adopt(tenant, { version: 2 })).toEqual({
    key,
    version: 2,
    applied: [{ kind: "recipe", name: "p", cookbook: "X", state: "changed" }],
    skipped: [],
  });
  const before = await snapshot(admin);
  expect(await adopt(tenant, { version: 2 })).toEqual({ key, version: 2, applied: [], skipped: [] });
  expect(await snapshot(admin)).toEqual(before);
});

test("what belongs to something that the tenant removed is skipped, and what agents use is kept, each with its reason", async () => {
  const { tenant, key } = await makeFollower({
    config: {},
    roles: {
      R: { text: "one", cookbooks: { X: { text: "one", recipes: {} } } },
      S: { text: "one", cookbooks: { Y: { text: "one", recipes: { p: "one" } } } },
    },
  });
  await admin.query("delete from app.cookbooks where tenant_id = $1 and name = 'X'", [tenant.tenantId]);
  await use(tenant, "deploy");
  await store(
    sourceOf(key, 2, {
      config: {},
      roles: { R: { text: "one", cookbooks: { X: { text: "one", recipes: { q: "one" } } } } },
    }),
  );
  expect(await adopt(tenant, { version: 2 })).toEqual({
    key,
    version: 2,
    applied: [],
    skipped: [
      { kind: "recipe", name: "q", cookbook: "X", state: "added", reason: "parentMissing" },
      { kind: "agentRole", name: "S", cookbook: null, state: "removed", reason: "inUse" },
      { kind: "cookbook", name: "Y", cookbook: null, state: "removed", reason: "inUse" },
      { kind: "recipe", name: "p", cookbook: "Y", state: "removed", reason: "inUse" },
    ],
  });
});

test("a version that is not the newest is a conflict that names the newest, and nothing changes", async () => {
  const { tenant, key } = await makeFollower(bookOf("one"));
  await store(sourceOf(key, 3, bookOf("two")));
  const before = await snapshot(admin);
  for (const version of [1, 2, 4]) {
    const attempt = adopt(tenant, { version });
    await expect(attempt).rejects.toMatchObject({ kind: "conflict", reason: "templates/version-moved" });
    await expect(attempt).rejects.toThrow(`the newest version of the template ${key} is 3, not ${version}`);
  }
  expect(await snapshot(admin)).toEqual(before);
});

test("of several who adopt at once one does, and the others are told or find nothing to do", async () => {
  const { tenant, key } = await makeFollower(bookOf("one"));
  await store(sourceOf(key, 2, { ...bookOf("two"), config: { locale: "sv" } }));
  const outcomes = await Promise.all(
    Array.from({ length: 4 }, () => adopt(tenant, { version: 2 }).then(({ applied }) => applied.length, reasonOf)),
  );
  expect(outcomes.filter((outcome) => outcome === 2)).toHaveLength(1);
  expect(outcomes.filter((outcome) => ![2, 0, "tenantConfigs/stale-version"].includes(outcome))).toEqual([]);
  const { rows } = await admin.query("select version from app.recipes where tenant_id = $1", [tenant.tenantId]);
  expect(rows).toEqual([{ version: 2 }]);
});

test("a recipe that somebody adds to a cookbook while the template removes it stays, and so does the cookbook", async () => {
  const { tenant, key } = await makeFollower({
    config: {},
    roles: { R: { text: "one", cookbooks: { X: { text: "one", recipes: { p: "one" } } } } },
  });
  await store(sourceOf(key, 2, { config: {}, roles: { R: { text: "one", cookbooks: {} } } }));
  const writer = await database.client();
  await writer.query("begin");
  await writer.query(
    `insert into app.recipes (tenant_id, id, cookbook_id, name, source_yaml, definition, created_at, updated_at)
     select tenant_id, $2, id, 'added', '{}', '{}', now(), now() from app.cookbooks where tenant_id = $1`,
    [tenant.tenantId, newId()],
  );
  const adopted = adopt(tenant, { version: 2 });
  await admin.query(`do $$ begin
    for attempt in 1..2000 loop
      exit when exists (select from pg_stat_activity where usename = 'severalty_app' and wait_event_type = 'Lock' and datname = current_database());
      perform pg_sleep(0.005);
      perform pg_stat_clear_snapshot();
    end loop; end $$`);
  await writer.query("commit");
  expect((await adopted).skipped).toMatchObject([{ kind: "cookbook", name: "X", state: "removed", reason: "inUse" }]);
  const { rows } = await admin.query("select name from app.recipes where tenant_id = $1", [tenant.tenantId]);
  expect(rows).toEqual([{ name: "added" }]);
});

test("a tenant that followed one template adopts another: what it left alone goes, what it changed stays", async () => {
  const { tenant } = await makeFollower({
    config: { locale: "en" },
    roles: { ...bookOf("one").roles, Old: { text: "one", cookbooks: {} }, Kept: { text: "one", cookbooks: {} } },
  });
  await admin.query("update app.agent_roles set description = 'mine' where tenant_id = $1 and name = 'Kept'", [
    tenant.tenantId,
  ]);
  const { key } = await makeFollower({ config: {}, roles: { New: { text: "one", cookbooks: {} } } });
  const { changes } = await preview(tenant, key);
  expect(changes.map(({ kind, name, state }) => `${kind} ${name}: ${state}`).toSorted()).toEqual([
    "agentRole Kept: locallyChanged",
    "agentRole New: added",
    "agentRole Old: removed",
    "agentRole R: removed",
    "config locale: removed",
    "cookbook X: removed",
    "recipe p: removed",
  ]);
  await adopt(tenant, { key, version: 1 });
  const names = [...(await rowItems(admin, tenant.tenantId)).values()].map(({ kind, name }) => `${kind} ${name}`);
  expect(names.toSorted()).toEqual(["agentRole Kept", "agentRole New"]);
  expect((await preview(tenant)).applied).toEqual({ key, version: 1 });
});

test("a tenant without a template is shown all of the one that it names, and told to name one", async () => {
  const { key } = await makeFollower(bookOf("one"));
  const tenant = await makeTenant(admin);
  expect(await preview(tenant, key).catch(reasonOf)).toBe("tenantConfigs/not-found");
  await admin.query(
    "insert into app.tenant_configs (tenant_id, id, created_at, updated_at) values ($1, app.uuid_v7(), now(), now())",
    [tenant.tenantId],
  );
  expect(await preview(tenant).catch(reasonOf)).toBe("templates/none-followed");
  expect(await preview(tenant, "no-such-template").catch(reasonOf)).toBe("templates/not-found");
  const { changes, applied } = await preview(tenant, key);
  expect(applied).toBeNull();
  expect(changes.map(({ name, state, before }) => [name, state, before])).toEqual(
    ["locale", "R", "X", "p"].map((name) => [name, "added", null]),
  );
});

test("nothing of another tenant shows in a preview, nor is touched, used or in the way when a version is adopted", async () => {
  const { tenant, key } = await makeFollower(bookOf("one"));
  const other = await makeTenant(admin);
  await admin.query("select app.start_from_template($1, $2, now())", [other.tenantId, key]);
  for (const name of ["rewrite role R", "rewrite cookbook X", "rewrite recipes p", "set the locale"] as const)
    await admin.query(edits[name], [other.tenantId]);
  for (const how of uses) await use(other, how);
  const unchanged = await preview(tenant);
  expect(unchanged.changes.map(({ state }) => state)).toEqual(["unchanged", "unchanged", "unchanged", "unchanged"]);
  expect(JSON.stringify(unchanged)).not.toContain("mine");
  await store(sourceOf(key, 2, { config: {}, roles: {} }));
  const before = await snapshot(admin, { except: tenant.tenantId });
  const { applied, skipped } = await adopt(tenant, { version: 2 });
  expect([applied.length, skipped]).toEqual([4, []]);
  expect(await rowItems(admin, tenant.tenantId)).toEqual(new Map());
  expect(await snapshot(admin, { except: tenant.tenantId })).toEqual(before);
});
