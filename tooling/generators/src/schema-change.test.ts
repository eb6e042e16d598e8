import { expect, test } from "vitest";
import { lintSteps } from "../test/lint-steps.ts";
import { GeneratorError } from "./generator-error.ts";
import { schemaChange } from "./schema-change.ts";

const never = () => false;
const nothing = { up: [], down: [] };

/** What MikroORM says of a new table. */
const table = (name: string, ...references: readonly string[]) => [
  `create table "app"."${name}" ("tenant_id" uuid not null, "id" uuid not null, primary key ("tenant_id", "id"))`,
  `create index "${name}_index" on "app"."${name}" ("tenant_id", "other_id")`,
  `alter table "app"."${name}" enable row level security`,
  `alter table "app"."${name}" force row level security`,
  `create policy "p" on "app"."${name}" to "severalty_app" using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
  ...references.map(
    (target) =>
      `alter table "app"."${name}" add constraint "f" foreign key ("tenant_id", "other_id") references "app"."${target}" ("tenant_id", "id")`,
  ),
];

test("columns come optional, constraints unvalidated at first, and indexes while writers go on, as the rules ask", async () => {
  const change = schemaChange(
    [
      `alter table "app"."teams" add "color" text null, add "size" numeric(18,6) null default 1, add "lead_id" uuid null`,
      `create index "teams_tenant_id_lead_id_index" on "app"."teams" ("tenant_id", "lead_id")`,
      `alter table "app"."teams" add constraint "teams_size_check" check (size > 0 and color <> 'a;b')`,
      `alter table "app"."teams" add constraint "teams_lead_foreign" foreign key ("tenant_id", "lead_id") references "app"."users" ("tenant_id", "id") on update no action on delete no action;`,
    ],
    never,
  );
  expect(change.transactional).toEqual({
    up: [
      "alter table app.teams add column color text null",
      "alter table app.teams add column size numeric(18,6) null default 1",
      "alter table app.teams add column lead_id uuid null",
      "alter table app.teams add constraint teams_size_check check (size > 0 and color <> 'a;b') not valid",
      "alter table app.teams validate constraint teams_size_check",
      "alter table app.teams add constraint teams_lead_foreign foreign key (tenant_id, lead_id) references app.users (tenant_id, id) on update no action on delete no action not valid",
      "alter table app.teams validate constraint teams_lead_foreign",
    ],
    down: [
      "alter table app.teams drop constraint teams_lead_foreign",
      "alter table app.teams drop constraint teams_size_check",
      "alter table app.teams drop column lead_id",
      "alter table app.teams drop column size",
      "alter table app.teams drop column color",
    ],
  });
  expect(change.concurrent).toEqual({
    up: [
      "drop index concurrently if exists app.teams_tenant_id_lead_id_index",
      "create index concurrently teams_tenant_id_lead_id_index on app.teams (tenant_id, lead_id)",
    ],
    down: ["drop index concurrently if exists app.teams_tenant_id_lead_id_index"],
  });
  expect(await lintSteps(change.transactional.up)).toEqual([]);
  expect(await lintSteps(change.concurrent.up, false)).toEqual([]);
});

test("a new table comes whole, with its own indexes, behind what it refers to; a table for reading is granted for reading", () => {
  const { transactional, concurrent } = schemaChange(
    [...table("a", "b", "a"), ...table("b")],
    (name) => name === "app.b",
  );
  expect(transactional.up.filter((text) => /^(?:create table|create index|grant|reassign)/.test(text))).toEqual([
    expect.stringContaining("create table app.b (") as string,
    "create index b_index on app.b (tenant_id, other_id)",
    "grant select on app.b to severalty_app",
    expect.stringContaining("create table app.a (") as string,
    "create index a_index on app.a (tenant_id, other_id)",
    "grant select, insert, update, delete on app.a to severalty_app",
    "reassign owned by severalty_migrator to severalty_owner",
  ]);
  expect(transactional.down).toEqual(["drop table app.a", "drop table app.b"]);
  expect(concurrent).toEqual(nothing);
});

test("what a tenant's table lacks is not written around", () => {
  const open = table("a").filter((text) => !text.startsWith("create policy"));
  expect(() => schemaChange(open, never)).toThrow("app.a is no table of a tenant, so who may read it is a decision");
  const wide = table("a").map((text) => text.replace("using (tenant_id = app.tenant_id())", "using (true)"));
  expect(() => schemaChange(wide, never)).toThrow("app.a is no table of a tenant");
  expect(() => schemaChange([...table("a", "b"), ...table("b", "a")], never)).toThrow(
    "app.a and app.b refer to each other",
  );
});

test.each([
  [
    `alter table "app"."teams" add "size" int not null`,
    "alter table app.teams add size int not null: rows that are there have no value",
  ],
  [`alter table "app"."teams" add "at" timestamptz(3) not null default now()`, "rows that are there have no value"],
  [`alter table "app"."teams" add constraint "k" unique ("tenant_id", "color")`, "what is there may not be unique"],
  [`create unique index "k" on "app"."teams" ("tenant_id", "color")`, "no rule writes this"],
  [`alter table "app"."teams" drop column "name"`, "alter table app.teams drop column name: no rule writes this"],
  [`alter table "app"."teams" drop constraint "teams_name_check"`, "no rule writes this"],
  [`alter table "app"."teams" alter column "name" type int using ("name"::int)`, "no rule writes this"],
  [`drop table "app"."teams"`, "drop table app.teams: no rule writes this"],
  [`drop policy "p" on "app"."teams"`, "no rule writes this"],
  [`create policy "p" on "app"."teams" to "severalty_app" using (true)`, "no rule writes this"],
  [`alter table "app"."teams" disable row level security`, "no rule writes this"],
])("%s is not written but named, together with all others", (statement, message) => {
  const drift = [`alter table "app"."teams" add "color" text null`, statement, `drop table "app"."a"`];
  expect(() => schemaChange(drift, never)).toThrow(GeneratorError);
  expect(() => schemaChange(drift, never)).toThrow(message);
  expect(() => schemaChange(drift, never)).toThrow("drop table app.a: no rule writes this");
});

test("where nothing differs there is nothing to write", () => {
  expect(schemaChange([], never)).toEqual({ transactional: nothing, concurrent: nothing });
});
