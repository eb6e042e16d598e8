import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lintMigration, rules } from "../src/migration-lint/lint.ts";
import { migrations } from "../src/migrations.ts";
import { makeMigration } from "./make-migration.ts";

const folder = "packages/db/src/migrations";
const root = join(import.meta.dirname, "../../..");

test.each(migrations)("$name breaks no rule for migrations", async (listed) => {
  const path = `${folder}/${listed.name.replaceAll("_", "-")}.ts`;
  expect(await lintMigration(listed, { path, text: readFileSync(join(root, path), "utf8") })).toEqual([]);
});

const tenantTable = [
  "create table app.notes (tenant_id uuid not null, id uuid not null, primary key (tenant_id, id))",
  "alter table app.notes enable row level security",
  "alter table app.notes force row level security",
  `create policy notes_severalty_app_policy on app.notes to severalty_app
    using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
  "grant select, insert on app.notes to severalty_app",
];
const without = (words: string) => tenantTable.filter((sql) => !sql.includes(words));
const [create = "", enable = "", force = ""] = tenantTable;
const index = "create index concurrently notes_id_index on app.notes (id)";
const dropIndex = "drop index concurrently if exists app.notes_id_index";
const definer = "create function app.f() returns int language sql security definer";

/** A migration that breaks one rule once, and the same, mended. */
interface Case {
  readonly rule: string;
  readonly bad: readonly string[];
  readonly good: readonly string[];
  readonly isTransactional?: boolean;
}

const cases: Case[] = [
  { rule: "row-security", bad: without("force"), good: tenantTable },
  { rule: "row-security", bad: without("enable"), good: tenantTable },
  {
    rule: "row-security",
    bad: ["create table app.p partition of app.audit_logs default"],
    good: [
      "create table app.p partition of app.audit_logs default",
      "alter table app.p enable row level security; alter table app.p force row level security",
    ],
  },
  {
    rule: "row-security",
    bad: [
      ...tenantTable,
      'CREATE TABLE "auth"."more" (id uuid)',
      "alter table auth.more_still enable row level security",
    ],
    good: [...tenantTable, "-- create table app.more (id uuid)"],
  },
  { rule: "canonical-policy", bad: without("create policy"), good: tenantTable },
  {
    rule: "canonical-policy",
    bad: [...without("create policy"), "create policy p on app.notes to severalty_app using (true) with check (true)"],
    good: tenantTable,
  },
  { rule: "explicit-grant", bad: without("grant"), good: tenantTable },
  {
    rule: "explicit-grant",
    bad: [
      ...without("grant"),
      "grant select on app.notes to severalty_gate",
      "grant select on app.notes_2 to severalty_app",
    ],
    good: [...without("grant"), "grant select on app.users, app.notes to severalty_gate, severalty_app"],
  },
  ...[
    ["author_id uuid references app.users (id)", "author_id uuid"],
    [
      "author_id uuid, foreign key (author_id) references app.users (id)",
      "author_id uuid, foreign key (tenant_id, author_id) references app.users (tenant_id, id)",
    ],
    [
      "identity_id uuid, foreign key (identity_id) references auth.sessions (id)",
      "identity_id uuid, foreign key (identity_id) references auth.identities (id)",
    ],
    ["foreign key (id) references app.tenants (id)", "foreign key (tenant_id) references app.tenants (id)"],
  ].map(([bad = "", good = ""]) => ({
    rule: "composite-foreign-key",
    bad: [create.replace("primary key", `${bad}, primary key`), ...tenantTable.slice(1)],
    good: [create.replace("primary key", `${good}, primary key`), ...tenantTable.slice(1)],
  })),
  {
    rule: "composite-foreign-key",
    bad: ["alter table auth.sessions add constraint f foreign key (user_id) references app.users (id) not valid"],
    good: [
      "alter table auth.sessions add constraint f foreign key (tenant_id, user_id) references app.users (tenant_id, id) not valid",
    ],
  },
  {
    rule: "no-set-null",
    bad: [
      "alter table app.a add constraint f foreign key (tenant_id, b) references app.b (tenant_id, id) on delete set null not valid",
    ],
    good: [
      "alter table app.a add constraint f foreign key (tenant_id, b) references app.b (tenant_id, id) on delete no action not valid",
    ],
  },
  {
    rule: "no-restrictive-policy",
    bad: ["create policy p on app.users as restrictive to severalty_app using (true)"],
    good: ["create policy p on app.users as permissive to severalty_app using (true)"],
  },
  {
    rule: "no-sub-select-in-policy",
    bad: ["create policy p on auth.sessions to severalty_auth using (id in (\n select id from auth.x))"],
    good: ["create policy selected on auth.sessions to severalty_auth using (id <> 'select')"],
  },
  {
    rule: "no-default-privileges",
    bad: ["alter default privileges in schema app grant select on tables to severalty_app"],
    good: ["grant select on app.users to severalty_app"],
  },
  ...[
    "grant select, truncate on app.users to severalty_app",
    "grant all on app.users to severalty_app",
    "GRANT select ON ALL TABLES IN SCHEMA app TO severalty_app",
  ].map((bad) => ({ rule: "no-blanket-grant", bad: [bad], good: ["grant select on app.users to severalty_app"] })),
  ...[
    "create view app.v as select 1",
    "create view app.v with (security_invoker = false) as select 1",
    "create materialized view app.v as select 1",
  ].map((bad) => ({
    rule: "invoker-view",
    bad: [bad],
    good: ["create view app.v with (security_invoker = true) as select 1"],
  })),
  ...["", "set search_path = app, pg_temp", "set work_mem = '1MB'"].map((settings) => ({
    rule: "definer-search-path",
    bad: [`${definer} ${settings} as $$ select 1 $$`],
    good: [`${definer} set search_path = pg_catalog, pg_temp as $body$ select 'security definer' $body$`],
  })),
  {
    rule: "concurrent-index",
    bad: ["create unique index notes_id_index on app.notes (id)"],
    good: [...tenantTable, "create index notes_id_index on app.notes (id)"],
  },
  { rule: "concurrent-index", bad: [dropIndex, index], good: [dropIndex] },
  { rule: "resumable", bad: [index], good: [dropIndex, index], isTransactional: false },
  {
    rule: "resumable",
    bad: ["insert into app.notes values (1)"],
    good: ["alter table app.notes validate constraint notes_id_check"],
    isTransactional: false,
  },
  ...[
    "update app.notes set a = b where a is null;",
    "loop update app.notes set a = b; commit; end loop;",
    "loop select from app.notes where a is null for update; commit; end loop;",
    "loop update app.notes set a = b where a is null; insert into app.notes values (1); commit; end loop;",
    "loop update app.notes set a = b where a is null; perform app.f(); commit; end loop;",
    "loop update app.notes set a = b -- where a is null\n; commit; end loop;",
  ].map((block) => ({
    rule: "resumable",
    bad: [`do $$ begin ${block} end $$`],
    good: [
      `do $fill$ begin loop
        UPDATE app.notes set a = 'delete' where a is null; -- insert
        perform pg_sleep(0.1); commit; end loop; end $fill$`,
      "do $$ begin loop update app.notes set a = b where a is distinct from b; commit; end loop; end $$",
    ],
    isTransactional: false,
  })),
  ...["check (id > 0)", "foreign key (tenant_id, b) references app.b (tenant_id, id)"].map((constraint) => ({
    rule: "not-valid-first",
    bad: [`alter table app.notes add constraint c ${constraint}`],
    good: [`alter table app.notes add constraint c ${constraint} not valid`],
  })),
  {
    rule: "not-valid-first",
    bad: ["alter table app.notes add constraint c unique (tenant_id, title)"],
    good: ["alter table app.notes add constraint c unique using index notes_title_key"],
  },
  {
    rule: "not-valid-first",
    bad: ["alter table app.notes add column n int check (n > 0)"],
    good: [...tenantTable, "alter table app.notes add constraint c check (id is not null)"],
  },
];

const lint = (up: readonly string[], isTransactional = true) =>
  lintMigration(makeMigration("1_one", up, { isTransactional }), { path: "one.ts", text: up.join("\n") });

describe("a rule finds what breaks it, once, and nothing when it is mended", () => {
  test.each(cases)("$rule: $bad", async ({ rule, bad, good, isTransactional }) => {
    expect(await lint([], isTransactional)).toEqual([]);
    expect((await lint(bad, isTransactional)).map((finding) => finding.rule)).toEqual([rule]);
    expect(await lint(good, isTransactional)).toEqual([]);
  });

  test("and no rule goes without such a case", () => {
    expect([...new Set(cases.map(({ rule }) => rule))].toSorted()).toEqual(rules.map(({ name }) => name).toSorted());
  });

  test("with file and line, or the number of the statement, and with reason and mend", async () => {
    const listed = makeMigration("1_one", [enable, "grant all on app.a to b", force]);
    const [found] = await lintMigration(listed, { path: "one.ts", text: "up() {\n  x(`grant all on app.a to b`)\n}" });
    expect(found?.place).toBe("one.ts:2");
    expect(found?.message).toMatch(/^a grant of ALL\. ALL includes TRUNCATE.* Name each privilege/);
    const [unfound] = await lintMigration(listed, { path: "one.ts", text: "" });
    expect(unfound?.place).toBe("one.ts, statement 2");
  });
});
