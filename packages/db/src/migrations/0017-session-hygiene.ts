import { Migration } from "@mikro-orm/migrations";

/**
 * Entering begins with a clean session: what an earlier borrower of the connection left is reset or refused, and a seal is worth nothing
 * outside the one transaction that it was made in, also where several have the same `now()`.
 */
export class SessionHygiene extends Migration {
  override up(): void {
    this.addSql(tenantId);
    this.addSql(setContext);
    this.addSql(beginEntry);
    this.addSql(`grant create on schema app to severalty_gate`);
    this.addSql(`revoke all on function app.begin_entry() from public`);
    this.addSql(`alter function app.begin_entry() owner to severalty_gate`);
    this.addSql(`revoke create on schema app from severalty_gate`);
    this.addSql(enter(entryOf.now));
    this.addSql(enterKey(entryOf.now));
    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    this.addSql(enterKey(entryOf.before));
    this.addSql(enter(entryOf.before));
    this.addSql(`drop function app.begin_entry()`);
    this.addSql(setContextBefore);
    this.addSql(tenantIdBefore);
  }
}

/**
 * What a seal covers beside the context: the transaction's start and, where it may write, its id. Fixed in length, so that nothing of the
 * context can pass for it.
 */
const mark = `timestamptz_send(now()) || coalesce(xid8send(pg_current_xact_id_if_assigned()), '\\x0000000000000000')`;

const seal = `encode(sha256(o || sha256(i || convert_to(body, 'UTF8') || ${mark})), 'hex')`;

// Transactions that one message, or one DO block, runs after another have the same now(); those that may write are told apart by
// their id. One that may only read has none: there a seal lasts no longer than an access token does, 15 minutes (packages/auth).
const tenantId = `create or replace function app.tenant_id() returns uuid language plpgsql stable parallel safe security definer
  set search_path = pg_catalog, pg_temp as $$
  declare context text := current_setting('app.context', true); body text; i bytea; o bytea;
  begin
    if context is null or length(context) < 65 then return null; end if;
    if pg_current_xact_id_if_assigned() is null
      and (current_setting('transaction_read_only') = 'off' or clock_timestamp() > now() + interval '15 minutes') then
      return null;
    end if;
    body := left(context, -65);
    select inner_pad, outer_pad into i, o from sealed.keys where id = 1;
    if right(context, 64) <> ${seal} then return null; end if;
    return left(body, 36)::uuid;
  end $$`;

// Takes the transaction's id where there may be one: entering again then meets it, whatever the caller has reset or rolled back.
const setContext = `create or replace function app.set_context(session uuid, usr uuid, tenant uuid, role text, team uuid, request_id text,
    action text)
  returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
  declare body text; i bytea; o bytea;
  begin
    if current_setting('transaction_read_only') = 'off' then perform pg_current_xact_id(); end if;
    -- Seven fields always, whatever is in them.
    body := concat_ws('|', tenant, usr, session, role, coalesce(team::text, ''), translate(coalesce(request_id, ''), '|', '/'),
      translate(coalesce(action, ''), '|', '/'));
    select inner_pad, outer_pad into i, o from sealed.keys where id = 1;
    perform set_config('app.context', body || '|' || ${seal}, true);
  end $$`;

/**
 * Settings that change what a statement means or answers, as every transaction has them. Resetting is not enough: a role may set its own
 * defaults (ALTER ROLE), and a connection opened meanwhile would reset to those.
 */
const pinned = {
  array_nulls: "on",
  backslash_quote: "safe_encoding",
  bytea_output: "hex",
  client_encoding: "UTF8",
  DateStyle: "ISO, MDY",
  extra_float_digits: "1",
  gin_fuzzy_search_limit: "0",
  IntervalStyle: "postgres",
  quote_all_identifiers: "off",
  row_security: "on",
  standard_conforming_strings: "on",
  TimeZone: "UTC",
  timezone_abbreviations: "Default",
  transform_null_equals: "off",
  xmlbinary: "base64",
  xmloption: "content",
};

const beginEntry = `create function app.begin_entry() returns void language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp as $$
  begin
    if pg_current_xact_id_if_assigned() is not null or app.tenant_id() is not null then
      raise exception 'this transaction has entered a tenant, or written, already' using errcode = 'SV003';
    end if;
    if pg_my_temp_schema() <> 0 or exists (select from pg_prepared_statement() where from_sql)
      or exists (select from pg_cursor() where is_holdable) then
      raise exception 'the connection carries what another has left in it' using errcode = 'SV005';
    end if;
    unlisten *;
    perform pg_advisory_unlock_all();
    reset all;
    -- The gate's own again: the caller's went with the rest.
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    if ${Object.entries(pinned)
      .map(([name, value]) => `current_setting('${name}') <> '${value}'`)
      .join("\n      or ")} then
      perform ${Object.entries(pinned)
        .map(([name, value]) => `set_config('${name}', '${value}', true)`)
        .join(",\n        ")};
    end if;
  end $$`;

/** The first lines of a function that enters. */
const entryOf = {
  now: `perform app.begin_entry();`,
  before: `if app.tenant_id() is not null then
      raise exception 'a tenant is already entered in this transaction' using errcode = 'SV003';
    end if;`,
};

/** `app.enter` of the migration that made teams. */
const enter = (first: string) => `create or replace function app.enter(session uuid, usr uuid, tenant uuid, role text,
    request_id text, action text)
  returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
  declare tenant_status text; team uuid;
  begin
    ${first}
    select t.status, u.team_id into tenant_status, team
    from auth.sessions s
    join auth.identities i on i.id = s.identity_id and i.status = 'active'
    join app.users u on u.tenant_id = enter.tenant and u.id = enter.usr and u.identity_id = s.identity_id
      and u.status = 'active' and u.role = enter.role
    join app.tenants t on t.id = u.tenant_id
    where s.id = enter.session and s.revoked_at is null and s.expires_at > now();
    if not found then
      raise exception 'the session has ended or the membership has changed' using errcode = 'SV001';
    end if;
    if tenant_status <> 'active' then
      raise exception 'the tenant is suspended' using errcode = 'SV002';
    end if;
    perform app.set_context(session, usr, tenant, role, team, request_id, action);
  end $$`;

/** `app.enter_key` of the migration that made it. */
const enterKey = (
  first: string,
) => `create or replace function app.enter_key(key_hash bytea, request_id text, action text)
  returns table (tenant uuid, key uuid, maker uuid, permissions text[], is_idle boolean)
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
  declare tenant_status text;
  begin
    ${first}
    select t.status, k.tenant_id, k.id, k.created_by, k.permissions, coalesce(k.last_used_at < now() - interval '1 hour', true)
    into tenant_status, tenant, key, maker, permissions, is_idle
    from app.tenant_api_keys k join app.tenants t on t.id = k.tenant_id
    where k.key_hash = enter_key.key_hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());
    if not found then
      raise exception 'the API key is unknown, revoked or expired' using errcode = 'SVK01';
    end if;
    if tenant_status <> 'active' then
      raise exception 'the tenant is suspended' using errcode = 'SV002';
    end if;
    -- No user has the role api_key, so it tells a key's context from every user's. A key has no session; its id fills the field.
    perform app.set_context(key, key, tenant, 'api_key', null, request_id, action);
    return next;
  end $$`;

/** `app.tenant_id` and `app.set_context` of the first migration. */
const sealBefore = `encode(sha256(o || sha256(i || convert_to(body || extract(epoch from now())::text, 'UTF8'))), 'hex')`;

const tenantIdBefore = `create or replace function app.tenant_id() returns uuid language plpgsql stable parallel safe security definer
  set search_path = pg_catalog, pg_temp as $$
  declare context text := current_setting('app.context', true); body text; i bytea; o bytea;
  begin
    if context is null or length(context) < 65 then return null; end if;
    body := left(context, -65);
    select inner_pad, outer_pad into i, o from sealed.keys where id = 1;
    if right(context, 64) <> ${sealBefore} then return null; end if;
    return left(body, 36)::uuid;
  end $$`;

const setContextBefore = `create or replace function app.set_context(session uuid, usr uuid, tenant uuid, role text, team uuid,
    request_id text, action text)
  returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
  declare body text; i bytea; o bytea;
  begin
    -- Seven fields always, whatever is in them.
    body := concat_ws('|', tenant, usr, session, role, coalesce(team::text, ''), translate(coalesce(request_id, ''), '|', '/'),
      translate(coalesce(action, ''), '|', '/'));
    select inner_pad, outer_pad into i, o from sealed.keys where id = 1;
    perform set_config('app.context', body || '|' || ${sealBefore}, true);
  end $$`;
