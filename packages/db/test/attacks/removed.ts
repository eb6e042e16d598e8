/**
 * Statements that take defences away, run by a superuser. None of them touches what all databases of a cluster share: other tests
 * run beside these.
 */

/** Any text whose first 36 characters are a uuid is a valid context, in any transaction. */
export const seal = [
  `create or replace function app.tenant_id() returns uuid language sql stable parallel safe as $$
    select nullif(left(pg_catalog.current_setting('app.context', true), 36), '')::uuid $$`,
];

/** Whoever asks enters, as often as he likes and whatever has ended; nothing that was in the session is reset. */
export const entry = [
  ...seal,
  ...["enter", "enter_to_read"].map(
    (
      way,
    ) => `create or replace function app.${way}(session uuid, usr uuid, tenant uuid, role text, request_id text, action text)
    returns void language sql volatile as $$
    select set_config('app.context', concat_ws('|', tenant, usr, session, role, '', request_id, action, repeat('0', 64)), true) $$`,
  ),
];

/** Anybody lists the names of statements that are prepared in his session. */
export const names = ["grant execute on function pg_catalog.pg_prepared_statement() to public"];

/** Any text of nine fields is a valid context of the platform, in any transaction and without end. */
export const platformSeal = [
  ...(["granted_first", "granted_last"] as const).map(
    (name) => `create or replace function app.${name}() returns uuid language sql stable parallel safe as $$
      select nullif(pg_catalog.split_part(pg_catalog.current_setting('app.platform', true), '|', ${name === "granted_first" ? 1 : 5}), '')::uuid $$`,
  ),
  `create or replace function app.platform_entered() returns text[] language sql stable as $$
    select string_to_array(left(current_setting('app.platform', true), -65), '|') $$`,
];

const everyTenant = `'00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'`;

/** Whoever asks enters by any grant, for whatever he says, and nothing is written of it. */
export const platformEntry = [
  ...platformSeal,
  `create or replace function app.enter_platform(session uuid, usr uuid, access_grant uuid, about uuid, request_id text, action text, note jsonb)
    returns uuid language plpgsql volatile security definer as $$
    declare one uuid := coalesce(about, (select g.granted_tenant_id from app.access_grants g where g.id = access_grant)); ends uuid[] := array[${everyTenant}];
    begin
      perform set_config('app.platform', concat_ws('|', coalesce(one, ends[1]), usr, session, 'platform', coalesce(one, ends[2]), request_id, action,
        access_grant, '9999999999', repeat('0', 64)), true);
      return one;
    end $$`,
];

/** Rows are everybody's who may use the table. */
export const policies = [
  `do $$ declare name regclass; begin
    for name in select oid::regclass from pg_class
      where relnamespace in ('app'::regnamespace, 'auth'::regnamespace, 'sealed'::regnamespace) and relkind in ('r', 'p') and relrowsecurity
    loop execute format('alter table %s disable row level security', name); end loop;
  end $$`,
];

/** Everybody may use every table and function of every schema. */
export const grants = (...roles: readonly string[]) => [
  `grant usage, create on schema app, auth, sealed, archive, public to ${roles.join(", ")}`,
  `grant all on all tables in schema app, auth, sealed, archive to ${roles.join(", ")}`,
  `grant execute on all functions in schema app, auth to ${roles.join(", ")}`,
];

/** The role may make temporary tables and schemas of its own. */
export const creation = [
  `do $$ begin execute format('grant create, temporary on database %I to severalty_app', current_database()); end $$`,
  `grant create on schema public, app to severalty_app`,
];

/** Tables of the tenants belong to the role that the server logs in with. */
export const ownership = (...tables: readonly string[]) =>
  tables.map((table) => `alter table ${table} owner to severalty_app`);
