import { resolve } from "node:path";
import { runInNewContext } from "node:vm";
import { tenantEntities } from "@severalty/db/entities";
import { expect, test } from "vitest";
import { lintSteps } from "../test/lint-steps.ts";
import { migrationFile } from "./migration-file.ts";
import { schemaSql } from "./schema-sql.ts";
import { tableMigration } from "./table-migration.ts";

const sql = await schemaSql(resolve(import.meta.dirname, "../../.."), new Map());

test("a table is made with its keys and checks, forced row-level security, policy, grants, audit trigger and owner", () => {
  expect(tableMigration(sql, "app.teams")).toEqual({
    up: [
      `create table app.teams (
  tenant_id uuid not null,
  id uuid not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  name text not null,
  description text not null default '',
  version int not null default 1,
  primary key (tenant_id, id),
  constraint teams_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
  constraint teams_tenant_id_name_key unique (tenant_id, name),
  constraint teams_name_check check (char_length(name) >= 1 and char_length(name) <= 120)
)`,
      "alter table app.teams enable row level security",
      "alter table app.teams force row level security",
      "create policy teams_severalty_app_policy on app.teams to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())",
      "create policy teams_severalty_platform_policy on app.teams to severalty_platform using (tenant_id >= app.granted_first() and tenant_id <= app.granted_last()) with check (tenant_id >= app.granted_first() and tenant_id <= app.granted_last())",
      "grant select, insert, update, delete on app.teams to severalty_app",
      "grant select on app.teams to severalty_platform",
      "create trigger teams_audit after insert or update or delete on app.teams for each row execute function app.audit()",
      "reassign owned by severalty_migrator to severalty_owner",
    ],
    down: ["drop table app.teams"],
  });
});

test("what is made breaks no rule for migrations, and without any one of its statements most would", async () => {
  const { up } = tableMigration(sql, "app.documents");
  expect(await lintSteps(up)).toEqual([]);
  for (const missing of ["enable row", "force row", "create policy", "grant"])
    expect(await lintSteps(up.filter((text) => !text.includes(missing)))).toHaveLength(1);
});

test("the platform's role reads every column of a table but those that are binary", () => {
  const { up } = tableMigration(sql, "app.secret_locker");
  expect(up).toContain(
    "grant select (tenant_id, id, created_at, updated_at, name, team_id, key_version, last_used_at, version) on app.secret_locker to severalty_platform",
  );
});

test("no statement that MikroORM has for a tenant's table is lost", () => {
  for (const { meta } of tenantEntities) {
    const table = `app.${meta.tableName}`;
    const { up } = tableMigration(sql, table, { isReadOnly: meta.readonly === true });
    const names = [...sql.matchAll(/(?:constraint|index|policy|trigger) "?(\w+)"?/g)].map(([, name = ""]) => name);
    const own = names.filter((name) => name.startsWith(`${meta.tableName}_`));
    expect(own.filter((name) => !new RegExp(`\\b${name}\\b`).test(up.join("\n")))).toEqual([]);
    expect(/grant select on \S+ to severalty_app/.test(up.join("\n"))).toBe(meta.readonly === true);
  }
});

test("a table that is not described, and a statement that no rule is for, are errors", () => {
  expect(() => tableMigration(sql, "app.team")).toThrow(
    "app.team has no statement that begins with create table app.team (",
  );
  expect(() => tableMigration(`${sql}alter table "app"."teams" cluster on "a";\n`, "app.teams")).toThrow(
    "no rule is known for alter table app.teams cluster on a",
  );
});

test("commas and names in literals and parentheses stay what they are, and reserved words keep their quotes", () => {
  const made = `create table "app"."a" ("order" numeric(18,6) null default 1, "b" jsonb not null default '{"c": [1, 2], "d": ")"}', primary key ("b"));
alter table "app"."a" enable row level security;
alter table "app"."a" force row level security;
create policy "p" on "app"."a" to "severalty_app" using (true);
`;
  expect(tableMigration(made, "app.a").up[0]).toBe(`create table app.a (
  "order" numeric(18,6) null default 1,
  b jsonb not null default '{"c": [1, 2], "d": ")"}',
  primary key (b)
)`);
});

test("what SQL says is what the migration's file says, whatever characters it has", () => {
  const up = ["select '`${x}\\n`'", "select 1\n  from a"];
  const file = migrationFile({ className: "Odd", sentence: "Odd.", up, down: [] });
  const literals = [...file.matchAll(/addSql\((`(?:[^`\\]|\\.)*`)\)/g)].map(([, literal = ""]) => literal);
  expect(literals.map((literal): unknown => runInNewContext(literal))).toEqual([
    "select '`${x}\\n`'",
    "select 1\n      from a",
  ]);
});
