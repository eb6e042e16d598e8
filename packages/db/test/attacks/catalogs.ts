import type { Attack, AttackClass } from "./attack.ts";
import { grants, ownership, policies } from "./removed.ts";

const read = (title: string, sql: string, without: readonly string[]): Attack => ({
  title,
  without,
  attack: (world) => world.ours(sql),
});

/** Something that only a superuser can do, undone at once: roles are shared by every database of the cluster. */
const power = (title: string, ...sql: readonly string[]): Attack => ({
  title,
  without: [],
  weakRole: "superuser",
  attack: async (world) => {
    const session = await world.session();
    await session.run("begin");
    let last = [{} as Record<string, unknown>];
    for (const statement of sql)
      last = await session.run(statement.replaceAll("{database}", `"${world.database.name}"`));
    await session.run("rollback");
    return last.every(({ is }) => is !== false) ? true : last;
  },
});

/** Another role for the session, and then the rows. */
const become = (title: string, ...sql: readonly string[]): Attack => ({
  title,
  without: [],
  weakRole: "superuser",
  attack: async (world) => {
    const session = await world.session();
    for (const statement of sql) await session.run(statement);
    return session.run("select email from app.users");
  },
});

const extended = [
  "insert into app.documents (tenant_id, id, user_id, title, content, content_hash, created_at, updated_at) select tenant_id, gen_random_uuid(), user_id, title, content, content_hash, now(), now() from app.documents, generate_series(1, 20)",
  "create statistics app.told (mcv) on title, content from app.documents",
  "analyze app.documents",
];

/** What the planner keeps of rows. */
export const statistics: AttackClass = {
  name: "statistics",
  stoppedBy:
    "PostgreSQL's views show none of a table with policies to whoever is subject to them; the tables are a superuser's",
  attacks: [
    read(
      "pg_stats",
      "select histogram_bounds::text, most_common_vals::text from pg_stats where schemaname = 'app'",
      policies,
    ),
    read(
      "pg_statistic",
      "select stavalues1::text, stavalues2::text from pg_statistic where starelid = 'app.documents'::regclass",
      ["grant select on pg_statistic to severalty_app"],
    ),
    read("pg_stats_ext", "select most_common_vals::text from pg_stats_ext", [
      ...policies,
      ...extended,
      ...ownership("app.documents"),
    ]),
    read("pg_statistic_ext_data", "select m.values::text from pg_statistic_ext_data, pg_mcv_list_items(stxdmcv) m", [
      ...extended,
      "grant select on pg_statistic_ext_data to severalty_app",
    ]),
  ],
};

const literal = "select 'the text of a statement'";

/** What other sessions of the same role are doing. */
const activity = (title: string, sql: string): Attack => ({
  title,
  without: [
    `do $$ begin execute format('alter role severalty_app in database %I set track_activities = on', current_database()); end $$`,
  ],
  attack: async (world) => {
    const victim = await world.session();
    await victim.run(literal.replace("the text of a statement", world.them.email));
    return world.ours(sql);
  },
});

/** Statements of others. */
export const activities: AttackClass = {
  name: "pg_stat_activity",
  stoppedBy:
    "the server's roles report no statements (track_activities), and cannot turn that on; no value travels as text",
  attacks: [
    activity("pg_stat_activity", "select query from pg_stat_activity"),
    activity("pg_stat_get_activity", "select query from pg_stat_get_activity(null)"),
    activity(
      "pg_stat_get_backend_activity",
      "select pg_stat_get_backend_activity(id) from pg_stat_get_backend_idset() id",
    ),
    {
      title: "statements of the victim's, reported because the attacker has turned reporting on in the connection",
      without: [
        `do $$ begin execute format('alter role severalty_app in database %I set track_activities = on', current_database()); end $$`,
      ],
      attack: async (world) => {
        const victim = await world.session();
        await victim.run("set track_activities = on").catch(() => undefined);
        await victim.run("select set_config('track_activities', 'on', false)").catch(() => undefined);
        await victim.run(literal.replace("the text of a statement", world.them.email));
        return world.ours("select query from pg_stat_activity");
      },
    },
  ],
};

/** Keys, passwords, policies: what the database keeps about itself. */
export const catalogs: AttackClass = {
  name: "catalog and keys",
  stoppedBy: "no grant on sealed.keys nor on the functions that seal; catalogs are a superuser's to write",
  attacks: [
    {
      title: "the seal's key, read",
      without: [
        "grant usage on schema sealed to severalty_app",
        "grant select on sealed.keys to severalty_app",
        "alter table sealed.keys disable row level security",
      ],
      attack: async (world) => {
        const rows = await world.ours("select inner_pad, outer_pad from sealed.keys");
        return rows.length > 0 ? true : rows;
      },
    },
    {
      title: "the seal's key, behind its row-level security alone",
      without: [
        "grant usage on schema sealed to severalty_app",
        "grant select on sealed.keys to severalty_app",
        "create policy open on sealed.keys using (true)",
      ],
      attack: async (world) => {
        const rows = await world.ours("table sealed.keys");
        return rows.length > 0 ? true : rows;
      },
    },
    {
      title: "the function that seals, called for the other tenant",
      without: ["grant execute on function app.set_context(uuid, uuid, uuid, text, uuid, text, text) to severalty_app"],
      attack: async (world) => {
        const session = await world.session();
        const { userId, tenantId } = world.them;
        await session.run("begin");
        await session.run("select app.set_context($1, $2, $3, 'agency_admin', null, 'r', 'a')", [
          world.ghost(),
          userId,
          tenantId,
        ]);
        return session.run("select title from app.documents");
      },
    },
    {
      title: "password verifiers, read",
      without: ["grant select on pg_authid to severalty_app"],
      attack: async (world) => {
        const rows = await world.ours("select rolpassword from pg_authid where rolpassword is not null");
        return rows.length > 0 ? true : rows;
      },
    },
    {
      title: "row-level security switched off in the catalog",
      without: [],
      weakRole: "superuser",
      attack: async (world) => {
        const session = await world.session();
        await session.run("set allow_system_table_mods = on").catch(() => undefined);
        await session.run(
          "begin; update pg_catalog.pg_class set relrowsecurity = false where oid = 'app.documents'::regclass",
        );
        const rows = await session.run("select title from app.documents");
        await session.run("rollback");
        return rows;
      },
    },
    read(
      "values told by the sources of functions and by defaults, checks and policies",
      "select prosrc from pg_proc union all select pg_get_constraintdef(oid) from pg_constraint union all select pg_get_expr(polqual, polrelid) from pg_policy union all select pg_get_expr(adbin, adrelid) from pg_attrdef",
      [
        "do $$ declare title text; begin select t.name into title from app.tenants t order by created_at desc limit 1; execute format('create function app.named() returns text language sql as %L', format('select %L', (select string_agg(name, ',') from app.tenants))); end $$",
      ],
    ),
  ],
};

/** The audit log's months, which have no policy of their own, and where they go in the end. */
export const partitions: AttackClass = {
  name: "partitions and archive",
  stoppedBy:
    "no role of the server has a privilege on a partition, nor on the schema archive; the log is written by gate functions alone",
  attacks: [
    {
      title: "every partition, read directly",
      without: [...policies, ...grants("severalty_app")],
      attack: async (world) => {
        const found: unknown[] = [];
        const session = await world.session();
        for (const { name } of await session.run(
          "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'app.audit_logs'::regclass",
        ))
          found.push(await session.inside(world.us, `select details::text from ${String(name)}`).catch(String));
        return found;
      },
    },
    read(
      "the log through its parent, told to look behind the policy",
      "select details::text from app.audit_logs where details::text like '%title%'",
      policies,
    ),
    read("months that are past their retention", "select details::text from archive.audit_logs_2020_01", [
      "grant usage on schema archive to severalty_app",
      "grant select on all tables in schema archive to severalty_app",
    ]),
    {
      title: "a row written into the other tenant's log",
      without: [...policies, ...grants("severalty_app")],
      attack: (world) =>
        world.ours(`insert into app.audit_logs (tenant_id, timestamp, id, actor_kind, action, resource_type)
        values ('${world.them.tenantId}', now(), gen_random_uuid(), 'user', 'planted', 'documents')`),
    },
    {
      title: "rows of the other tenant's log deleted, in the partition",
      without: [...policies, ...grants("severalty_app")],
      attack: async (world) => {
        const session = await world.session();
        for (const { name } of await session.run(
          "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'app.audit_logs'::regclass",
        ))
          await session.inside(world.us, `delete from ${String(name)} where tenant_id = '${world.them.tenantId}'`);
        return "deleted";
      },
    },
    {
      title: "a refused call recorded in the other tenant's log",
      without: [
        ...policies,
        ...grants("severalty_app"),
        `create or replace function app.record(outcome text, details jsonb) returns void language plpgsql as $$ begin
        insert into app.audit_logs (tenant_id, timestamp, id, actor_kind, action, resource_type)
          values ((details->>'tenant')::uuid, now(), gen_random_uuid(), 'user', 'planted', 'documents'); end $$`,
      ],
      attack: (world) => world.ours(`select app.record('denied', '{"tenant": "${world.them.tenantId}"}')`),
    },
  ],
};

/** Other roles, and other rights for the own one. */
export const roleChanges: AttackClass = {
  name: "role changes",
  stoppedBy: "the server's roles are members of nothing, own nothing and create no roles",
  attacks: [
    become("SET ROLE to the gate, which bypasses policies", "set role severalty_gate"),
    become(
      "SET ROLE to the owner, who drops them",
      "set role severalty_owner",
      "alter table app.users no force row level security",
    ),
    become("a role set by set_config", "select set_config('role', 'severalty_migrator', false)"),
    become("SET SESSION AUTHORIZATION", "set session authorization severalty_migrator"),
    become("a role in a SET LOCAL inside a DO block", "do $$ begin set local role severalty_gate; end $$"),
    power("a membership granted to himself", "grant severalty_gate to severalty_app"),
    power("BYPASSRLS for himself", "alter role severalty_app bypassrls"),
    power("a password for another role", "alter role severalty_auth password 'planted'"),
    power("a setting for another role", "alter role severalty_auth in database {database} set search_path = 'planted'"),
    power("a setting for the database", "alter database {database} set timezone = 'Asia/Tokyo'"),
    power("a setting for all roles", "alter role all in database {database} set timezone = 'Asia/Tokyo'"),
    power("a role of his own", "create role severalty_planted login superuser"),
    power("the gate's objects dropped", "drop owned by severalty_gate cascade"),
    power("the owner's objects taken over", "reassign owned by severalty_owner to severalty_app"),
    power(
      "privileges on what will be made",
      "alter default privileges for role severalty_owner in schema app grant select on tables to public",
    ),
    power(
      "a privilege given on",
      "grant select on app.documents to severalty_auth",
      "select has_table_privilege('severalty_auth', 'app.documents', 'select') as is",
    ),
    power(
      "a privilege given on through the function that enters",
      "grant execute on function app.enter(uuid, uuid, uuid, text, text, text) to severalty_auth",
      "select has_function_privilege('severalty_auth', 'app.enter(uuid, uuid, uuid, text, text, text)', 'execute') as is",
    ),
  ],
};

const alter = (title: string, ...sql: readonly string[]): Attack => ({
  title,
  without: ownership("app.documents", "app.teams"),
  isAlone: true,
  attack: async (world) => {
    const session = await world.session();
    for (const statement of sql) await session.run(statement);
    return session.inside(world.us, "select title from app.documents");
  },
});

/** Triggers, rules and policies of his own. */
export const ownRules: AttackClass = {
  name: "triggers, rules and policies",
  stoppedBy:
    "only the owner changes a table, and no role of the server is it; TRIGGER and CREATE are granted to nobody",
  attacks: [
    alter("a policy that lets everybody in", "create policy planted on app.documents using (true)"),
    alter("the policy changed", "alter policy documents_severalty_app_policy on app.documents using (true)"),
    alter("the policy dropped with row-level security", "alter table app.documents disable row level security"),
    alter("row-level security no longer forced", "alter table app.documents no force row level security"),
    {
      title: "a trigger that copies what the victim writes",
      without: [...ownership("app.documents"), "grant create on schema public to severalty_app"],
      victimWrites: true,
      isAlone: true,
      attack: async (world) => {
        const session = await world.session();
        await session.run("create table public.loot (text text)");
        await session.run(
          "create function public.copy() returns trigger language plpgsql as $$ begin insert into public.loot values (new.title); return null; end $$",
        );
        await session.run(
          "create trigger copy after update on app.documents for each row execute function public.copy()",
        );
        const victim = await world.session();
        await victim.inside(world.them, "update app.documents set updated_at = now()");
        return session.run("select text from public.loot");
      },
    },
    {
      title: "a rule that copies what the victim writes",
      without: [...ownership("app.documents"), "grant create on schema public to severalty_app"],
      victimWrites: true,
      isAlone: true,
      attack: async (world) => {
        const session = await world.session();
        await session.run("create table public.loot (text text)");
        await session.run(
          "create rule copy as on update to app.documents do also insert into public.loot values (new.title)",
        );
        const victim = await world.session();
        await victim.inside(world.them, "update app.documents set updated_at = now()");
        return session.run("select text from public.loot");
      },
    },
    {
      title: "the function that every policy calls, made anew",
      without: ["alter function app.tenant_id() owner to severalty_app", "grant create on schema app to severalty_app"],
      isAlone: true,
      attack: async (world) => {
        const session = await world.session();
        await session.run(
          `create or replace function app.tenant_id() returns uuid language sql stable as $$ select '${world.them.tenantId}'::uuid $$`,
        );
        return session.run("select title from app.documents");
      },
    },
    {
      title: "an event trigger",
      without: [],
      weakRole: "superuser",
      attack: async (world) => {
        const session = await world.session();
        await session.run("begin");
        await session.run("create function public.seen() returns event_trigger language plpgsql as $$ begin end $$");
        await session.run("create event trigger planted on ddl_command_end execute function public.seen()");
        await session.run("rollback");
        return true;
      },
    },
    {
      title: "a child table, whose rows the parent's readers see",
      without: [...ownership("app.documents"), "grant create on schema public to severalty_app"],
      isAlone: true,
      attack: (world) =>
        world.disturbs(async () => {
          const session = await world.session();
          await session.run("create table public.child () inherits (app.documents)");
          await session.run(`insert into public.child (tenant_id, id, user_id, title, content, content_hash, created_at, updated_at)
            values ('${world.them.tenantId}', gen_random_uuid(), '${world.them.userId}', 'planted', 'x', repeat('0', 64), now(), now())`);
        }),
    },
    {
      title: "everything in a table, truncated",
      without: ["grant truncate on app.idempotency_keys to severalty_app"],
      isAlone: true,
      attack: (world) => world.ours("truncate app.idempotency_keys"),
    },
  ],
};
