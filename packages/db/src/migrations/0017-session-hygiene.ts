import { Migration } from "@mikro-orm/migrations";

/**
 * Entering begins with a clean session: what an earlier borrower of the connection left is reset or refused, and a seal is worth nothing
 * outside the one transaction that it was made in, also where several have the same `now()`.
 */
export class SessionHygiene extends Migration {
  override up(): void {
    this.addSql(tenantId);
    this.addSql(setContextFunction);
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
 * A seal covers beside the context the transaction's start and its id, or zero where it may only read: fixed in length, so that nothing
 * of the context can pass for it.
 */
const seal = (body: string, xid: string) =>
  `encode(sha256(outer_pad || sha256(inner_pad || convert_to(${body}, 'UTF8') || timestamptz_send(now()) || xid8send(${xid}))), 'hex')`;

// Transactions that one message, or one DO block, runs after another have the same now(); those that may write are told apart by
// their id. One that may only read has none: there a seal lasts no longer than an access token does, 15 minutes (packages/auth).
const tenantId = `create or replace function app.tenant_id() returns uuid language plpgsql stable parallel safe security definer
  set search_path = pg_catalog, pg_temp as $$
  declare context text := current_setting('app.context', true); body text := left(context, -65);
  begin
    if length(context) > 64 and (pg_current_xact_id_if_assigned() is not null
      or (current_setting('transaction_read_only') = 'on' and clock_timestamp() < now() + interval '15 minutes')) then
      return (select left(body, 36)::uuid from sealed.keys
        where id = 1 and right(context, 64) = ${seal("body", `coalesce(pg_current_xact_id_if_assigned(), '0')`)});
    end if;
    return null;
  end $$`;

/**
 * Seals the context of arguments and variables of these names, seven fields always, whatever is in them. It takes the transaction's id where
 * there may be one: entering again then meets it, whatever the caller has reset or rolled back.
 */
const setContext = `body := concat_ws('|', tenant, coalesce(usr::text, ''), coalesce(session::text, ''), role, coalesce(team::text, ''),
      translate(coalesce(request_id, ''), '|', '/'), translate(coalesce(action, ''), '|', '/'));
    body := (select set_config('app.context', body || '|' || ${seal(
      "body",
      `case current_setting('transaction_read_only') when 'off' then pg_current_xact_id() else '0' end`,
    )}, true) from sealed.keys where id = 1);`;

const setContextFunction = `create or replace function app.set_context(session uuid, usr uuid, tenant uuid, role text, team uuid,
    request_id text, action text)
  returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
  declare body text;
  begin
    ${setContext}
  end $$`;

/**
 * Settings that change what a statement means or answers, as every transaction has them. Resetting is not enough: a role may set its own
 * defaults (ALTER ROLE), and a connection opened meanwhile would reset to those.
 */
const pinned = {
  array_nulls: "on",
  bytea_output: "hex",
  client_encoding: "UTF8",
  DateStyle: "ISO, MDY",
  extra_float_digits: "1",
  gin_fuzzy_search_limit: "0",
  IntervalStyle: "postgres",
  standard_conforming_strings: "on",
  TimeZone: "UTC",
  transform_null_equals: "off",
};

// An `if` whose condition is a bare expression costs a fifth of what a statement does.
const beginEntry = `create function app.begin_entry() returns void language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp as $$
  begin
    if pg_current_xact_id_if_assigned() is not null
      or (coalesce(current_setting('app.context', true), '') <> '' and app.tenant_id() is not null) then
      raise exception 'this transaction has entered a tenant, or written, already' using errcode = 'SV003';
    end if;
    if pg_my_temp_schema() <> 0 then
      raise exception 'the connection carries what another has left in it' using errcode = 'SV005';
    end if;
    deallocate all;
    execute 'close all';
    unlisten *;
    reset all;
    -- First of all the gate's own search_path again: the caller's went with the rest.
    if pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true) is null or pg_catalog.pg_advisory_unlock_all() is null then
      return;
    end if;
    if concat_ws('|', ${Object.keys(pinned)
      .map((name) => `current_setting('${name}')`)
      .join(", ")}) <> '${Object.values(pinned).join("|")}' then
      perform ${Object.entries(pinned)
        .map(([name, value]) => `set_config('${name}', '${value}', true)`)
        .join(",\n        ")};
    end if;
  end $$`;

/** How a way in begins, and how it seals what it has found: without a call where every transaction passes, a tenth of the whole. */
const entryOf = {
  now: { first: `perform app.begin_entry();`, last: setContext },
  before: {
    first: `if app.tenant_id() is not null then
      raise exception 'a tenant is already entered in this transaction' using errcode = 'SV003';
    end if;`,
    last: `perform app.set_context(session, usr, tenant, role, team, request_id, action);`,
  },
};

type Entry = (typeof entryOf)["now"];

/** `app.enter` of the migration that made teams. */
const enter = ({
  first,
  last,
}: Entry) => `create or replace function app.enter(session uuid, usr uuid, tenant uuid, role text,
    request_id text, action text)
  returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
  declare tenant_status text; team uuid; body text;
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
    ${last}
  end $$`;

/** `app.enter_key` of the migration that made it. */
const enterKey = ({
  first,
}: Entry) => `create or replace function app.enter_key(key_hash bytea, request_id text, action text)
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
