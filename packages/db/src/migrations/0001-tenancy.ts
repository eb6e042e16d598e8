import { Migration } from "@mikro-orm/migrations";

/** Schemas, the sealed context, identities, sessions, tenants and users, and the audit log that triggers write. */
export class Tenancy extends Migration {
  override up(): void {
    this.addSql(`create schema if not exists app`);
    this.addSql(`create schema auth`);
    this.addSql(`create schema sealed`);
    this.addSql(`grant usage on schema app to severalty_app, severalty_auth, severalty_platform, severalty_worker`);
    this.addSql(`grant usage on schema auth to severalty_auth`);
    this.addSql(`grant usage on schema app, auth, sealed to severalty_gate`);
    this.addSql(`grant select on app.migrations to severalty_app`);

    for (const sql of [...sealedKey, ...tables, ...auditLog, ...functions]) this.addSql(sql);
    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    this.addSql(
      `drop table app.audit_logs, auth.rate_limits, auth.refresh_tokens, auth.sessions, app.users, app.tenants, auth.identities`,
    );
    this.addSql(`drop function app.record(text, jsonb), app.enter(uuid, uuid, uuid, text, text, text), app.audit(),
      app.set_context(uuid, uuid, uuid, text, uuid, text, text), app.entered(), app.tenant_id(), app.uuid_v7()`);
    this.addSql(`drop schema sealed cascade`);
    this.addSql(`drop schema auth`);
    // The schema app itself stays: the record of migrations is in it.
    this.addSql(`revoke all on app.migrations from severalty_app`);
    this.addSql(
      `revoke all on schema app from severalty_app, severalty_auth, severalty_platform, severalty_worker, severalty_gate`,
    );
  }
}

/** Inner and outer pads of an HMAC-SHA-256 key (RFC 2104), 64 bytes each, made here and read by gate functions alone. */
const sealedKey = [
  `create table sealed.keys (id integer primary key check (id = 1), inner_pad bytea not null, outer_pad bytea not null)`,
  `alter table sealed.keys enable row level security`,
  `alter table sealed.keys force row level security`,
  `do $$
    declare key bytea := sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
      inner_pad bytea := decode(repeat('36', 64), 'hex'); outer_pad bytea := decode(repeat('5c', 64), 'hex');
    begin
      for i in 0..31 loop
        inner_pad := set_byte(inner_pad, i, get_byte(inner_pad, i) # get_byte(key, i));
        outer_pad := set_byte(outer_pad, i, get_byte(outer_pad, i) # get_byte(key, i));
      end loop;
      insert into sealed.keys values (1, inner_pad, outer_pad);
    end $$`,
  `grant select on sealed.keys to severalty_gate`,

  // The tenant of a context that bears a valid seal for this very transaction, else null. Every policy calls it.
  `create function app.tenant_id() returns uuid language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, pg_temp as $$
    declare context text := current_setting('app.context', true); body text; i bytea; o bytea;
    begin
      if context is null or length(context) < 65 then return null; end if;
      body := left(context, -65);
      select inner_pad, outer_pad into i, o from sealed.keys where id = 1;
      if right(context, 64) <> encode(sha256(o || sha256(i || convert_to(body || extract(epoch from now())::text, 'UTF8'))), 'hex') then
        return null;
      end if;
      return left(body, 36)::uuid;
    end $$`,
];

const tables = [
  `create table auth.identities (
    id uuid not null,
    email text not null,
    name text null,
    hashed_password text null,
    email_verified_at timestamptz(3) null,
    status text not null default 'active',
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    primary key (id),
    constraint identities_email_key unique (email),
    constraint identities_email_check check (email = lower(email)),
    constraint identities_status_check check (status in ('active', 'disabled'))
  )`,
  `create table app.tenants (
    id uuid not null,
    slug text not null,
    name text not null,
    domain text null,
    status text not null default 'active',
    subscription_tier text not null default 'free',
    settings jsonb not null default '{}',
    template_key text null,
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    version int not null default 1,
    primary key (id),
    constraint tenants_slug_key unique (slug),
    constraint tenants_domain_key unique (domain),
    constraint tenants_slug_check check (slug ~ '^[a-z0-9][a-z0-9-]{1,48}[a-z0-9]$'),
    constraint tenants_name_check check (char_length(name) between 1 and 120),
    constraint tenants_status_check check (status in ('active', 'suspended')),
    constraint tenants_subscription_tier_check check (subscription_tier in ('free', 'team', 'business', 'enterprise')),
    constraint tenants_settings_check check (jsonb_typeof(settings) = 'object')
  )`,
  `create table app.users (
    tenant_id uuid not null,
    id uuid not null,
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    identity_id uuid not null,
    username text not null,
    email text not null,
    name text null,
    role text not null default 'team_member',
    roles text[] not null default '{}',
    preferences jsonb not null default '{}',
    storage_mode text not null default 'account',
    status text not null default 'active',
    version int not null default 1,
    primary key (tenant_id, id),
    constraint users_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
    constraint users_identity_id_foreign foreign key (identity_id) references auth.identities (id) on update no action on delete no action,
    constraint users_tenant_id_identity_id_key unique (tenant_id, identity_id),
    constraint users_tenant_id_email_key unique (tenant_id, email),
    constraint users_tenant_id_username_key unique (tenant_id, username),
    constraint users_email_check check (email = lower(email)),
    constraint users_username_check check (username = lower(username)),
    constraint users_role_check check (role in ('agency_admin', 'team_member', 'admin', 'user')),
    constraint users_status_check check (status in ('active', 'disabled')),
    constraint users_storage_mode_check check (storage_mode in ('local', 'account')),
    constraint users_preferences_check check (jsonb_typeof(preferences) = 'object')
  )`,
  `create index users_identity_id_index on app.users (identity_id)`,
  `create table auth.sessions (
    id uuid not null,
    identity_id uuid not null,
    tenant_id uuid not null,
    user_id uuid not null,
    expires_at timestamptz(3) not null,
    revoked_at timestamptz(3) null,
    revoke_reason text null,
    amr text[] not null default '{}',
    ip text null,
    user_agent text null,
    impersonator_id uuid null,
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    primary key (id),
    constraint sessions_identity_id_foreign foreign key (identity_id) references auth.identities (id) on update no action on delete cascade,
    constraint sessions_tenant_id_user_id_foreign foreign key (tenant_id, user_id) references app.users (tenant_id, id)
      on update no action on delete cascade,
    constraint sessions_expires_at_check check (expires_at > created_at)
  )`,
  `create index sessions_identity_id_created_at_index on auth.sessions (identity_id, created_at)`,
  `create index sessions_tenant_id_user_id_index on auth.sessions (tenant_id, user_id)`,
  `create table auth.refresh_tokens (
    token_hash bytea not null,
    session_id uuid not null,
    expires_at timestamptz(3) not null,
    used_at timestamptz(3) null,
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    primary key (token_hash),
    constraint refresh_tokens_session_id_foreign foreign key (session_id) references auth.sessions (id) on update no action on delete cascade,
    constraint refresh_tokens_expires_at_check check (expires_at > created_at)
  )`,
  `create index refresh_tokens_session_id_index on auth.refresh_tokens (session_id)`,
  `create table auth.rate_limits (key text not null, points int not null default 0, expire bigint null, primary key (key))`,
  `create index rate_limits_expire_index on auth.rate_limits (expire)`,

  ...[
    "app.tenants",
    "app.users",
    "auth.identities",
    "auth.sessions",
    "auth.refresh_tokens",
    "auth.rate_limits",
  ].flatMap((table) => [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
  ]),
  `create policy tenants_severalty_app_policy on app.tenants to severalty_app using (id = app.tenant_id()) with check (id = app.tenant_id())`,
  `create policy users_severalty_app_policy on app.users to severalty_app
    using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
  ...["identities", "sessions", "refresh_tokens", "rate_limits"].flatMap((table) => [
    `create policy ${table}_severalty_auth_policy on auth.${table} to severalty_auth using (true) with check (true)`,
    `grant select, insert, update, delete on auth.${table} to severalty_auth`,
    `grant select, insert on auth.${table} to severalty_gate`,
  ]),
  `grant select on app.tenants to severalty_app`,
  `grant select, insert, update, delete on app.users to severalty_app`,
  `grant select, insert on app.tenants, app.users to severalty_gate`,
];

const auditLog = [
  `create table app.audit_logs (
    tenant_id uuid not null,
    timestamp timestamptz(3) not null,
    id uuid not null,
    user_id uuid null,
    actor_kind text not null,
    impersonator_id uuid null,
    action text not null,
    outcome text not null default 'ok',
    resource_type text not null,
    resource_id uuid null,
    details jsonb not null default '{}',
    request_id text null,
    agent_instance_id uuid null,
    tokens_input bigint null,
    tokens_output bigint null,
    cost_usd numeric(18,6) null,
    execution_ms int null,
    primary key (tenant_id, timestamp, id),
    constraint audit_logs_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
    constraint audit_logs_actor_kind_check check (actor_kind in ('user', 'api_key', 'platform', 'system')),
    constraint audit_logs_outcome_check check (outcome in ('ok', 'denied', 'error')),
    constraint audit_logs_details_check check (jsonb_typeof(details) = 'object')
  ) partition by range (timestamp)`,
  // Rows of months without a partition of their own; no role of the server reaches it directly.
  `create table app.audit_logs_default partition of app.audit_logs default`,
  `create index audit_logs_tenant_id_user_id_timestamp_index on app.audit_logs (tenant_id, user_id, timestamp)`,
  ...["app.audit_logs", "app.audit_logs_default"].flatMap((table) => [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
  ]),
  `create policy audit_logs_severalty_app_policy on app.audit_logs to severalty_app
    using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
  `grant select on app.audit_logs to severalty_app`,
  `grant insert on app.audit_logs to severalty_gate`,
];

const functions = [
  // UUID version 7 (RFC 9562 section 5.7): PostgreSQL 15 has none of its own.
  `create function app.uuid_v7() returns uuid language sql volatile parallel safe set search_path = pg_catalog, pg_temp as $$
    select encode(set_byte(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      6, (get_byte(uuid_send(gen_random_uuid()), 6) & 15) | 112), 'hex')::uuid $$`,

  // tenant, user, session, role, team (or ''), request id, action of a valid context; null without one.
  `create function app.entered() returns text[] language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
    begin
      if app.tenant_id() is null then return null; end if;
      return string_to_array(left(current_setting('app.context', true), -65), '|');
    end $$`,

  // Seals a context for the rest of this transaction. For gate functions only: it checks nothing.
  `create function app.set_context(session uuid, usr uuid, tenant uuid, role text, team uuid, request_id text, action text)
    returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
    declare body text; i bytea; o bytea;
    begin
      -- Seven fields always, whatever is in them.
      body := concat_ws('|', tenant, usr, session, role, coalesce(team::text, ''), translate(coalesce(request_id, ''), '|', '/'), translate(coalesce(action, ''), '|', '/'));
      select inner_pad, outer_pad into i, o from sealed.keys where id = 1;
      perform set_config('app.context', body || '|' ||
        encode(sha256(o || sha256(i || convert_to(body || extract(epoch from now())::text, 'UTF8'))), 'hex'), true);
    end $$`,

  // Enters a tenant, if the session lives, the membership is active with that very role, and the tenant is not suspended.
  `create function app.enter(session uuid, usr uuid, tenant uuid, role text, request_id text, action text)
    returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
    declare tenant_status text;
    begin
      if app.tenant_id() is not null then
        raise exception 'a tenant is already entered in this transaction' using errcode = 'SV003';
      end if;
      select t.status into tenant_status
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
      perform app.set_context(session, usr, tenant, role, null, request_id, action);
    end $$`,

  // One row of audit per changed row, written for whoever changes it. A tenant that is being erased takes its log along.
  `create function app.audit() returns trigger language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
    declare context text[] := app.entered(); of_tenant uuid; resource uuid; details jsonb := '{}';
    begin
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
      values (of_tenant, now(), app.uuid_v7(), context[2]::uuid, case when context is null then 'system' else 'user' end,
        coalesce(nullif(context[7], ''), tg_table_name || '.' || case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'remove' end),
        'ok', tg_table_name, resource, details, nullif(context[6], ''),
        (extract(epoch from clock_timestamp() - now()) * 1000)::int);
      return null;
    end $$`,

  // What changed no row and must be known all the same: a refused or failed call of the entered user.
  `create function app.record(outcome text, details jsonb) returns void language plpgsql volatile security definer
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
      values (context[1]::uuid, now(), app.uuid_v7(), context[2]::uuid, 'user', context[7], outcome,
        split_part(context[7], '.', 1), details, context[6]);
    end $$`,

  ...["tenants", "users"].map(
    (table) =>
      `create trigger ${table}_audit after insert or update or delete on app.${table} for each row execute function app.audit()`,
  ),
  `grant create on schema app to severalty_gate`,
  ...[
    "app.tenant_id()",
    "app.entered()",
    "app.set_context(uuid, uuid, uuid, text, uuid, text, text)",
    "app.enter(uuid, uuid, uuid, text, text, text)",
    "app.audit()",
    "app.record(text, jsonb)",
  ].flatMap((name) => [`revoke all on function ${name} from public`, `alter function ${name} owner to severalty_gate`]),
  `revoke create on schema app from severalty_gate`,
  `revoke all on function app.uuid_v7() from public`,
  `grant execute on function app.uuid_v7() to severalty_gate`,
  `grant execute on function app.tenant_id() to severalty_app`,
  `grant execute on function app.enter(uuid, uuid, uuid, text, text, text), app.record(text, jsonb) to severalty_app`,
];
