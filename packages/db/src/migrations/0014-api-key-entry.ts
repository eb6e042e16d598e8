import { Migration } from "@mikro-orm/migrations";

/** Entering a tenant with an API key, whose doings the log names as the key's. */
export class ApiKeyEntry extends Migration {
  override up(): void {
    this.addSql(
      audit({
        // The migrator may insert demo data by the hundred thousand rows, and record it itself, as of when it is said to have been made.
        first: `if session_user = 'severalty_migrator' and current_setting('app.seeding', true) = 'on' then return null; end if;`,
        actorKind: `case when context is null then 'system' when context[4] = 'api_key' then 'api_key' else 'user' end`,
        noun: nounOfTable,
      }),
    );
    this.addSql(record("case when context[4] = 'api_key' then 'api_key' else 'user' end"));

    // Enters the tenant of a key, found by its hash alone, if it is neither revoked nor expired and the tenant is not suspended; tells
    // what Node must know of it. Its maker's role and status do not matter: what a key may do is its own.
    this.addSql(`create function app.enter_key(key_hash bytea, request_id text, action text)
      returns table (tenant uuid, key uuid, maker uuid, permissions text[], is_idle boolean)
      language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
      declare tenant_status text;
      begin
        if app.tenant_id() is not null then
          raise exception 'a tenant is already entered in this transaction' using errcode = 'SV003';
        end if;
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
      end $$`);
    this.addSql(`grant select on app.tenant_api_keys to severalty_gate`);
    this.addSql(`grant create on schema app to severalty_gate`);
    this.addSql(`revoke all on function app.enter_key(bytea, text, text) from public`);
    this.addSql(`alter function app.enter_key(bytea, text, text) owner to severalty_gate`);
    this.addSql(`grant execute on function app.enter_key(bytea, text, text) to severalty_app`);
    this.addSql(`revoke create on schema app from severalty_gate`);
    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    this.addSql(`drop function app.enter_key(bytea, text, text)`);
    this.addSql(`revoke select on app.tenant_api_keys from severalty_gate`);
    this.addSql(record("'user'"));
    this.addSql(
      audit({ first: "", actorKind: "case when context is null then 'system' else 'user' end", noun: "tg_table_name" }),
    );
  }
}

/** The API's word for a table, as `nounOf` in `tenancy/noun-of.ts` has it. */
const nounOfTable = `case tg_table_name when 'secret_locker' then 'secrets' when 'task_queue' then 'tasks'
  when 'tenant_api_keys' then 'apiKeys'
  else left(tg_table_name, 1) || substr(replace(initcap(replace(tg_table_name, '_', ' ')), ' ', ''), 2) end`;

/**
 * `app.audit` of the first migration, with a first line, the kind of actor as an expression over the entered context, and the word for what
 * changed.
 */
const audit = ({
  first,
  actorKind,
  noun,
}: {
  first: string;
  actorKind: string;
  noun: string;
}) => `create or replace function app.audit() returns trigger language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
    declare context text[] := app.entered(); of_tenant uuid; resource uuid; details jsonb := '{}'; noun text := ${noun};
    begin
      ${first}
      if tg_op = 'DELETE' then
        if tg_table_name = 'tenants' then return null; end if;
        of_tenant := old.tenant_id; resource := old.id;
        if not exists (select from app.tenants where id = of_tenant) then return null; end if;
      else
        resource := new.id;
        if tg_table_name = 'tenants' then of_tenant := new.id; else of_tenant := new.tenant_id; end if;
      end if;
      if tg_op = 'UPDATE' then
        select jsonb_build_object('changed', coalesce(jsonb_agg(n.key order by n.key), '[]')) into details
        from jsonb_each(to_jsonb(new)) n join jsonb_each(to_jsonb(old)) o using (key)
        where n.value is distinct from o.value and n.key not in ('updated_at', 'version');
      end if;
      insert into app.audit_logs (tenant_id, timestamp, id, user_id, actor_kind, action, outcome, resource_type, resource_id,
        details, request_id, execution_ms)
      values (of_tenant, now(), app.uuid_v7(), context[2]::uuid, ${actorKind},
        coalesce(nullif(context[7], ''), noun || '.' || case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'remove' end),
        'ok', noun, resource, details, nullif(context[6], ''),
        (extract(epoch from clock_timestamp() - now()) * 1000)::int);
      return null;
    end $$`;

/** `app.record` of the first migration, likewise. */
const record = (
  actorKind: string,
) => `create or replace function app.record(outcome text, details jsonb) returns void language plpgsql volatile security definer
    set search_path = pg_catalog, pg_temp as $$
    declare context text[] := app.entered();
    begin
      if context is null then
        raise exception 'no tenant is entered' using errcode = 'SV001';
      end if;
      if outcome not in ('denied', 'error') then
        raise exception 'outcome must be denied or error, got %', outcome using errcode = '22023';
      end if;
      insert into app.audit_logs (tenant_id, timestamp, id, user_id, actor_kind, action, outcome, resource_type, details, request_id)
      values (context[1]::uuid, now(), app.uuid_v7(), context[2]::uuid, ${actorKind}, context[7], outcome,
        split_part(context[7], '.', 1), details, context[6]);
    end $$`;
