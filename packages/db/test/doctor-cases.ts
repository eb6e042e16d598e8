/** How a rule comes to find something in a database that is clean. */
export interface DoctorCase {
  /** Statements of a superuser after which it is as clean as it can be: for what PostgreSQL itself brings. */
  readonly prepare?: readonly string[];
  /** Statements of a superuser. */
  readonly break: readonly string[];
  /** What the finding names. */
  readonly object: string;
  /** Whether what breaks or mends it runs outside a transaction. */
  readonly isApart?: boolean;
}

const policyOn = (table: string, rest: string) => `create policy stray on ${table} ${rest}`;
const definer = (name: string, rest = "") =>
  `create function ${name} returns int language sql security definer ${rest} as 'select 1'`;
const revoked = (name: string) => `revoke all on function ${name} from public`;

const largeObjectFunctions = `do $$ declare f regprocedure; begin
  for f in select oid from pg_proc where proname ~ '^lo_' or proname in ('loread', 'lowrite') loop execute format('revoke execute on function %s from public', f); end loop;
end $$`;

/**
 * A case for every rule that a statement can break, in a transaction of a superuser unless it says otherwise. Further cases of a rule say
 * after its id what they are of.
 */
export const doctorCases: Readonly<Record<string, DoctorCase>> = {
  "role-missing": { break: ["alter role severalty_worker rename to elsewhere"], object: "severalty_worker" },
  "role-bypasses-rls": { break: ["alter role severalty_app bypassrls"], object: "severalty_app" },
  "role-creates": { break: ["alter role severalty_auth createrole"], object: "severalty_auth" },
  "role-flags": { break: ["alter role severalty_owner login"], object: "severalty_owner" },
  "role-stranger": {
    break: ["create role reporter bypassrls", "grant select on app.documents to reporter"],
    object: "reporter",
  },
  "role-membership": { break: ["grant severalty_gate to severalty_app"], object: "severalty_app" },
  "membership-files": { break: ["grant pg_execute_server_program to severalty_app"], object: "severalty_app" },
  "membership-data": { break: ["grant pg_read_all_data to severalty_auth"], object: "severalty_auth" },
  "membership-statistics": {
    break: ["create role watcher", "grant pg_monitor to watcher", "grant watcher to severalty_platform"],
    object: "severalty_platform",
  },
  "role-setting": { break: ["alter role severalty_app set search_path = public, app"], object: "severalty_app" },
  "row-security-setting": { break: ["alter role severalty_app set row_security = off"], object: "severalty_app" },
  "track-activities": { break: ["alter role severalty_auth reset track_activities"], object: "severalty_auth" },
  "role-setting in one database": {
    break: [
      "do $$ begin execute format('alter role severalty_app in database %I set app.context = %L', current_database(), 'forged'); end $$",
    ],
    object: "severalty_app",
  },
  "setting-stray": { break: ["alter role severalty_app set work_mem = '1GB'"], object: "severalty_app" },
  "setting-stray by the role itself": {
    break: [
      "set local role severalty_app",
      "alter role severalty_app set default_transaction_deferrable = on",
      "reset role",
    ],
    object: "severalty_app",
  },
  "setting-stray in one database": {
    break: [
      "do $$ begin execute format('alter role severalty_app in database %I set statement_timeout = 0', current_database()); end $$",
    ],
    object: "severalty_app",
  },
  "setting-missing": { break: ["alter role severalty_platform reset statement_timeout"], object: "severalty_platform" },
  "setting-missing by a limit that is none": {
    break: ["alter role severalty_app set lock_timeout = '0ms'"],
    object: "severalty_app",
  },
  "password-encryption": { break: ["set local password_encryption = 'md5'"], object: "password_encryption" },
  "object-owner": { break: ["alter table app.documents owner to severalty_app"], object: "app.documents" },
  "database-owner": {
    break: ["do $$ begin execute format('alter database %I owner to severalty_app', current_database()); end $$"],
    object: "(database)",
  },
  "rls-disabled": { break: ["alter table app.documents disable row level security"], object: "app.documents" },
  "rls-not-forced": {
    break: ["alter table app.audit_logs_default no force row level security"],
    object: "app.audit_logs_default",
  },
  "policy-missing": { break: ["drop policy documents_severalty_app_policy on app.documents"], object: "app.documents" },
  "policy-stray": { break: [policyOn("sealed.keys", "to severalty_app using (true)")], object: "sealed.keys" },
  "policy-stray of another role": {
    break: [
      "drop policy documents_severalty_app_policy on app.documents",
      policyOn("app.documents", "to severalty_auth using (tenant_id = app.tenant_id())"),
    ],
    object: "app.documents",
  },
  "policy-expression": {
    break: [
      "alter policy documents_severalty_app_policy on app.documents using (tenant_id = app.tenant_id() or title = 'all')",
    ],
    object: "app.documents",
  },
  "policy-command": {
    break: [
      "drop policy documents_severalty_app_policy on app.documents",
      policyOn("app.documents", "for select to severalty_app using (tenant_id = app.tenant_id())"),
    ],
    object: "app.documents",
  },
  "policy-restrictive": {
    break: [policyOn("app.documents", "as restrictive to severalty_app using (tenant_id = app.tenant_id())")],
    object: "app.documents",
  },
  "policy-duplicate": {
    break: [policyOn("app.documents", "to severalty_app using (true) with check (true)")],
    object: "app.documents",
  },
  "policy-volatile": {
    break: ["alter policy documents_severalty_app_policy on app.documents using (random() < 0.5)"],
    object: "app.documents",
  },
  "grant-truncate": { break: ["grant truncate on app.documents to public"], object: "app.documents" },
  "grant-references": { break: ["grant references (id) on app.documents to severalty_app"], object: "app.documents" },
  "grant-trigger": { break: ["grant trigger on app.documents to severalty_app"], object: "app.documents" },
  "grant-partition": {
    break: ["grant select on app.audit_logs_default to severalty_app"],
    object: "app.audit_logs_default",
  },
  "grant-archive": {
    break: [
      "create table archive.old (id int)",
      "alter table archive.old owner to severalty_owner",
      "alter table archive.old enable row level security",
      "alter table archive.old force row level security",
      "grant select on archive.old to severalty_app",
    ],
    object: "archive.old",
  },
  "sealed-readable": {
    break: ["grant select (inner_pad) on sealed.keys to severalty_platform"],
    object: "sealed.keys",
  },
  "grant-stranger": { break: ["grant select on auth.identities to severalty_app"], object: "auth.identities" },
  "grant-platform-write": {
    break: ["grant insert on app.documents to severalty_platform"],
    object: "app.documents",
  },
  "grant-worker": { break: ["grant update on app.recipes to severalty_worker"], object: "app.recipes" },
  "grant-worker on another table": {
    break: ["grant select on app.users to severalty_worker"],
    object: "app.users",
  },
  "grant-worker of leases": {
    break: ["grant select (lease_token) on app.task_queue to severalty_worker"],
    object: "app.task_queue",
  },
  "policy-stray of the worker": {
    break: ["create policy theirs on app.users to severalty_worker using (tenant_id = app.tenant_id())"],
    object: "app.users",
  },
  "policy-missing of the worker": {
    break: ["drop policy recipes_severalty_worker_policy on app.recipes"],
    object: "app.recipes",
  },
  "grant-platform-binary": {
    break: ["grant select on app.secret_locker to severalty_platform"],
    object: "app.secret_locker",
  },
  "grant-platform-missing": {
    break: ["revoke select (name) on app.secret_locker from severalty_platform"],
    object: "app.secret_locker",
  },
  "grant-option": {
    break: ["grant select on app.documents to severalty_app with grant option"],
    object: "app.documents",
  },
  "grant-option of a column": {
    break: ["grant update (title) on app.documents to severalty_app with grant option"],
    object: "app.documents",
  },
  "grant-option of a schema": {
    break: ["grant usage on schema app to severalty_app with grant option"],
    object: "app",
  },
  "grant-option of a function": {
    break: ["grant execute on function app.tenant_id() to severalty_app with grant option"],
    object: "app.tenant_id()",
  },
  "schema-usage": { break: ["grant usage on schema sealed to severalty_app"], object: "sealed" },
  "schema-create": { break: ["grant create on schema app to severalty_app"], object: "app" },
  "public-schema-create": { break: ["grant create on schema public to public"], object: "public" },
  "database-create": {
    break: ["do $$ begin execute format('grant create on database %I to severalty_app', current_database()); end $$"],
    object: "(database)",
  },
  "database-temporary": {
    break: ["do $$ begin execute format('grant temporary on database %I to public', current_database()); end $$"],
    object: "(database)",
  },
  "database-connect": {
    break: ["do $$ begin execute format('grant connect on database %I to public', current_database()); end $$"],
    object: "(database)",
  },
  "default-privileges": {
    break: ["alter default privileges for role severalty_owner in schema app grant select on tables to severalty_app"],
    object: "app",
  },
  "view-security-invoker": {
    break: ["create view public.all_documents as select title from app.documents"],
    object: "public.all_documents",
  },
  "materialized-view": {
    break: ["create materialized view public.copied as select title from app.documents"],
    object: "public.copied",
  },
  "definer-search-path": { break: ["alter function app.audit() reset search_path"], object: "app.audit()" },
  "definer-unlisted": {
    break: [definer("public.door()", "set search_path = pg_catalog, pg_temp"), revoked("public.door()")],
    object: "public.door()",
  },
  "definer-owner": { break: ["alter function app.tenant_id() owner to postgres"], object: "app.tenant_id()" },
  "definer-public": { break: ["grant execute on function app.entered() to public"], object: "app.entered()" },
  "definer-executors": { break: ["grant execute on function app.entered() to severalty_app"], object: "app.entered()" },
  "function-public": {
    break: [
      "create function app.one() returns int language sql as 'select 1'",
      "alter function app.one() owner to severalty_owner",
    ],
    object: "app.one()",
  },
  "function-leakproof": { break: ["alter function app.uuid_v7() leakproof"], object: "app.uuid_v7()" },
  "key-without-tenant": {
    break: ["alter table app.documents add constraint title_key unique (title)"],
    object: "app.documents",
  },
  "key-without-tenant by an index": {
    break: ["create unique index title_key on app.documents (title) where title <> ''"],
    object: "app.documents",
  },
  "index-without-tenant": {
    break: ["create index by_title on app.documents (title)"],
    object: "app.documents",
    isApart: true,
  },
  "foreign-key-without-tenant": {
    break: [
      "create unique index teams_id_key on app.teams (id)",
      "alter table app.documents add constraint wide foreign key (team_id) references app.teams (id)",
    ],
    object: "app.documents",
  },
  "foreign-key-clears": {
    break: [
      "alter table app.documents add constraint clears foreign key (tenant_id, team_id) references app.teams (tenant_id, id) on delete set null",
    ],
    object: "app.documents",
  },
  "foreign-key-index": { break: ["drop index app.users_tenant_id_team_id_index"], object: "app.users", isApart: true },
  "tenant-foreign-key": {
    break: ["alter table app.documents drop constraint documents_tenant_id_foreign"],
    object: "app.documents",
  },
  "tenant-id-missing": {
    break: ["create table app.prices (id uuid primary key)", "alter table app.prices owner to severalty_owner"],
    object: "app.prices",
  },
  "tenant-id-nullable": {
    break: ["create table app.loose (tenant_id uuid)", "alter table app.loose owner to severalty_owner"],
    object: "app.loose",
  },
  "audit-trigger-missing": { break: ["drop trigger documents_audit on app.documents"], object: "app.documents" },
  "trigger-disabled": { break: ["alter table app.documents disable trigger documents_audit"], object: "app.documents" },
  "trigger-unlisted": {
    break: [
      "create trigger spy before insert on app.documents for each row execute function suppress_redundant_updates_trigger()",
    ],
    object: "app.documents",
  },
  "rewrite-rule": {
    break: ["create rule copy as on insert to app.documents do also nothing"],
    object: "app.documents",
  },
  "event-trigger": {
    break: [
      "create function public.watch() returns event_trigger language plpgsql as 'begin end'",
      "create event trigger watch on ddl_command_end execute function public.watch()",
    ],
    object: "watch",
  },
  publication: { break: ["create publication away for table app.documents"], object: "away" },
  "extension-untrusted": { break: ["create extension dblink schema public"], object: "dblink" },
  "foreign-server": {
    break: ["create foreign data wrapper far", "create server away foreign data wrapper far"],
    object: "away",
  },
  "large-object": {
    break: ["select lo_create(4242)", "alter large object 4242 owner to severalty_app"],
    object: "large object 4242",
  },
  "large-object of everybody": {
    break: ["select lo_create(4242)", "grant select on large object 4242 to public"],
    object: "large object 4242",
  },
  "large-object-privileges": { break: ["set local lo_compat_privileges = on"], object: "lo_compat_privileges" },
  "large-object-functions": {
    prepare: [largeObjectFunctions],
    break: ["grant execute on function lo_creat(integer), lo_from_bytea(oid, bytea) to public"],
    object: "pg_catalog",
  },
  "statement-names": {
    break: ["grant execute on function pg_catalog.pg_prepared_statement() to severalty_app"],
    object: "pg_catalog.pg_prepared_statement()",
  },
  "statement-names of everybody": {
    break: ["grant execute on function pg_catalog.pg_prepared_statement() to public"],
    object: "pg_catalog.pg_prepared_statement()",
  },
  "index-invalid": {
    break: ["update pg_index set indisvalid = false where indexrelid = 'app.documents_pkey'::regclass"],
    object: "app.documents",
    isApart: true,
  },
  "constraint-not-valid": {
    break: ["alter table app.documents add constraint later check (title <> 'x') not valid"],
    object: "app.documents",
  },
  "migrations-edited": {
    break: ["update app.migrations set checksum = 'of something else' where name = '0003_documents'"],
    object: "app.migrations",
  },
};
