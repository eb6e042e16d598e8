import { Migration } from "@mikro-orm/migrations";

/**
 * A way in for one statement that travels in the same message, and only reads. Statements that the driver has prepared outlive an entry, so
 * that they are planned once a connection.
 */
export class OneFlight extends Migration {
  override up(): void {
    this.addSql(beginEntry(prepared.refused));
    this.addSql(enterToRead);
    this.addSql(`grant create on schema app to severalty_gate`);
    this.addSql(`revoke all on function ${name} from public`);
    this.addSql(`alter function ${name} owner to severalty_gate`);
    this.addSql(`revoke create on schema app from severalty_gate`);
    this.addSql(`grant execute on function ${name} to severalty_app`);
    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    this.addSql(`drop function ${name}`);
    this.addSql(beginEntry(prepared.dropped));
  }
}

const name = "app.enter_to_read(uuid, uuid, uuid, text, text, text)";

/**
 * What becomes of statements prepared in the session. The driver's have names that nobody can guess. Where others may list the names, one
 * that was prepared by SQL may stand in the place of one of them: the connection is refused then.
 */
const prepared = {
  dropped: "deallocate all;",
  refused: `if has_function_privilege(session_user, 'pg_catalog.pg_prepared_statement()'::regprocedure::oid, 'execute') then
      if exists (select from pg_prepared_statement() where from_sql) then
        raise exception 'the connection carries what another has left in it' using errcode = 'SV005';
      end if;
    end if;`,
};

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
const hygiene = (ofPrepared: string) => `if pg_current_xact_id_if_assigned() is not null
      or (coalesce(current_setting('app.context', true), '') ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}[|]'
        and app.tenant_id() is not null) then
      raise exception 'this transaction has entered a tenant, or written, already' using errcode = 'SV003';
    end if;
    if pg_my_temp_schema() <> 0 then
      raise exception 'the connection carries what another has left in it' using errcode = 'SV005';
    end if;
    ${ofPrepared}
    execute 'close all';
    unlisten *;
    reset all;
    -- First of all the gate's own search_path again: the caller's went with the rest.
    if pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true) is null or pg_catalog.pg_advisory_unlock_all() is null then
      return;
    end if;
    if concat_ws('|', ${Object.keys(pinned)
      .map((setting) => `current_setting('${setting}')`)
      .join(", ")}) <> '${Object.values(pinned).join("|")}' then
      perform ${Object.entries(pinned)
        .map(([setting, value]) => `set_config('${setting}', '${value}', true)`)
        .join(",\n        ")};
    end if;`;

const beginEntry = (
  ofPrepared: string,
) => `create or replace function app.begin_entry() returns void language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp as $$
  begin
    ${hygiene(ofPrepared)}
  end $$`;

/** Covers what `app.tenant_id` verifies where a transaction may only read: the context, its start, and no id. */
const seal = (body: string) => `encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(${body}, 'UTF8') ||
      timestamptz_send(now()) || xid8send('0'))), 'hex')`;

/**
 * `app.enter` for a transaction without BEGIN, which it makes read-only. Its other modes are the session's defaults, which another may have
 * changed: then the connection is refused, and the driver begins a transaction that names them. Sealed by the statement that looks up
 * who enters.
 */
const enterToRead = `create function app.enter_to_read(session uuid, usr uuid, tenant uuid, role text, request_id text, action text)
  returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
  declare head text; tail text; sealed text;
  begin
    if set_config('transaction_read_only', 'on', true) is null or current_setting('transaction_isolation') <> 'read committed' then
      raise exception 'the connection carries what another has left in it' using errcode = 'SV005';
    end if;
    ${hygiene(prepared.refused)}
    head := concat_ws('|', tenant, coalesce(usr::text, ''), coalesce(session::text, ''), role, '');
    tail := concat_ws('|', '', translate(coalesce(request_id, ''), '|', '/'), translate(coalesce(action, ''), '|', '/'));
    select case t.status when 'active' then
        set_config('app.context', head || coalesce(u.team_id::text, '') || tail || '|' || ${seal("head || coalesce(u.team_id::text, '') || tail")}, true)
      else 'suspended' end into sealed
      from auth.sessions s
      join auth.identities i on i.id = s.identity_id and i.status = 'active'
      join app.users u on u.tenant_id = enter_to_read.tenant and u.id = enter_to_read.usr and u.identity_id = s.identity_id
        and u.status = 'active' and u.role = enter_to_read.role
      join app.tenants t on t.id = u.tenant_id
      join sealed.keys k on k.id = 1
      where s.id = enter_to_read.session and s.revoked_at is null and s.expires_at > now();
    if sealed is null then
      raise exception 'the session has ended or the membership has changed' using errcode = 'SV001';
    end if;
    if sealed = 'suspended' then
      raise exception 'the tenant is suspended' using errcode = 'SV002';
    end if;
  end $$`;
