import { Migration } from "@mikro-orm/migrations";

/**
 * Access grants: what a platform administrator sees of tenants, for whom, why and until when. Without a living one severalty_platform sees no
 * row; what it sees, and that it looked, is in the tenants' own logs, written by the functions that let it in.
 */
export class PlatformAccess extends Migration {
  override up(): void {
    for (const sql of accessGrants) this.addSql(sql);
    for (const sql of [...sealing, ...logging, ...granting, ...operations]) this.addSql(sql);
    this.addSql(audit(forPlatform));
    this.addSql(`grant create on schema app to severalty_gate`);
    for (const name of gate) {
      this.addSql(`revoke all on function ${name} from public`);
      this.addSql(`alter function ${name} owner to severalty_gate`);
    }
    this.addSql(`revoke create on schema app from severalty_gate`);
    this.addSql(`grant execute on function ${executable.join(", ")} to severalty_platform`);
    this.addSql(`grant select, insert, update on app.access_grants to severalty_gate`);
    this.addSql(`grant delete on app.tenants, auth.identities to severalty_gate`);
    this.addSql(`grant insert on auth.one_time_tokens to severalty_gate`);

    // Nobody shuts the platform's administrators out.
    this.addSql(
      `alter table app.tenants add constraint tenants_platform_check check (slug <> 'platform' or status = 'active') not valid`,
    );
    this.addSql(`alter table app.tenants validate constraint tenants_platform_check`);
    this.addSql(policyFor("app.tenants", "id"));
    this.addSql(`grant select on app.tenants to severalty_platform`);
    this.addSql(
      `grant update (name, domain, status, subscription_tier, settings, version, updated_at) on app.tenants to severalty_platform`,
    );
    for (const [table, columns] of Object.entries(tables)) {
      this.addSql(policyFor(`app.${table}`, "tenant_id"));
      this.addSql(`grant select${columns === null ? "" : ` (${columns})`} on app.${table} to severalty_platform`);
    }
    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    for (const table of ["tenants", ...Object.keys(tables)]) {
      this.addSql(`drop policy ${table}_severalty_platform_policy on app.${table}`);
      const columns = tables[table] ?? null;
      this.addSql(`revoke select${columns === null ? "" : ` (${columns})`} on app.${table} from severalty_platform`);
    }
    this.addSql(
      `revoke update (name, domain, status, subscription_tier, settings, version, updated_at) on app.tenants from severalty_platform`,
    );
    this.addSql(`alter table app.tenants drop constraint tenants_platform_check`);
    this.addSql(`revoke insert on auth.one_time_tokens from severalty_gate`);
    this.addSql(`revoke delete on app.tenants, auth.identities from severalty_gate`);
    this.addSql(audit(withoutPlatform));
    this.addSql(`drop function ${gate.join(", ")}`);
    this.addSql(`drop table app.access_grants`);
  }
}

/** Tables of tenants; with their columns where some are withheld: hashes, ciphertexts and wrapped keys are nobody's to read. */
const tables: Readonly<Record<string, string | null>> = {
  users: null,
  teams: null,
  documents: null,
  audit_logs: null,
  invitations: `tenant_id, id, created_at, updated_at, email, role, team_id, invited_by, expires_at, accepted_at, revoked_at`,
  tenant_configs: null,
  tenant_api_keys: `tenant_id, id, created_at, updated_at, name, prefix, permissions, created_by, last_used_at, expires_at, revoked_at, version`,
  agent_roles: null,
  cookbooks: null,
  recipes: null,
  subscriptions: null,
  agent_instances: null,
  tenant_keys: `tenant_id, id, created_at, updated_at, key_version, status`,
  secret_locker: `tenant_id, id, created_at, updated_at, name, team_id, key_version, last_used_at, version`,
  task_queue: null,
  ab_tests: null,
  ab_test_results: null,
  budgets: null,
  budget_reservations: null,
  idempotency_keys: `tenant_id, id, created_at, updated_at, actor_id, key, procedure, response, expires_at`,
  access_grants: null,
};

const policyFor = (table: string, column: string): string => {
  const says = `${column} >= app.granted_first() and ${column} <= app.granted_last()`;
  return `create policy ${table.split(".")[1]}_severalty_platform_policy on ${table} to severalty_platform
    using (${says}) with check (${says})`;
};

/** Rows of the reserved tenant. Whom and what they name are no foreign keys: a grant outlives them, as the log does. */
const accessGrants = [
  `create table app.access_grants (
    tenant_id uuid not null,
    id uuid not null,
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    user_id uuid not null,
    session_id uuid not null,
    granted_tenant_id uuid null,
    reason text not null,
    expires_at timestamptz(3) not null,
    ended_at timestamptz(3) null,
    primary key (tenant_id, id),
    constraint access_grants_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
    constraint access_grants_reason_check check (char_length(reason) >= 10 and char_length(reason) <= 500),
    constraint access_grants_expires_at_check check (expires_at > created_at and expires_at <= created_at + '01:00:00'::interval)
  )`,
  `alter table app.access_grants enable row level security`,
  `alter table app.access_grants force row level security`,
  `create policy access_grants_severalty_app_policy on app.access_grants to severalty_app
    using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
  `grant select on app.access_grants to severalty_app`,
];

const definer = `security definer set search_path = pg_catalog, pg_temp`;

/** Every id there is lies between these two. */
const lowest = `'00000000-0000-0000-0000-000000000000'::uuid`;
const highest = `'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid`;

/**
 * The HMAC of a platform context, its transaction's start and id, under the seal's key. A tenant's context begins with a hexadecimal digit,
 * so that what is sealed here is never one.
 */
const seal = (xid: string) =>
  `encode(sha256(outer_pad || sha256(inner_pad || convert_to('platform|' || body, 'UTF8') || timestamptz_send(now()) || xid8send(${xid}))), 'hex')`;

/**
 * Reads the sealed fields: first tenant, user, session, 'platform', last tenant, request id, action, grant, end. The end counts by the
 * clock, so that a transaction sees nothing more once the grant has expired. The cost is that of the HMAC, and makes the planner ask once
 * for an index and not for each row.
 */
const reading = (type: string, answer: string) => `returns ${type} language plpgsql stable parallel safe
    ${definer} cost 10000 as $$
    declare context text := current_setting('app.platform', true); body text := left(context, -65);
      fields text[] := string_to_array(body, '|');
    begin
      if length(context) > 64 and pg_current_xact_id_if_assigned() is not null then
        return (select ${answer} from sealed.keys
          where id = 1 and right(context, 64) = ${seal("pg_current_xact_id_if_assigned()")}
            and extract(epoch from clock_timestamp()) < fields[9]::numeric);
      end if;
      return null;
    end $$`;

const sealing = [
  `create function app.granted_first() ${reading("uuid", "fields[1]::uuid")}`,
  `create function app.granted_last() ${reading("uuid", "fields[5]::uuid")}`,
  `create function app.platform_entered() ${reading("text[]", "fields")}`,

  // For gate functions only: it checks nothing.
  `create function app.set_platform_context(lowest uuid, highest uuid, usr uuid, session uuid, access_grant uuid, until timestamptz,
      request_id text, action text)
    returns void language plpgsql volatile ${definer} as $$
    declare body text;
    begin
      body := concat_ws('|', lowest, usr, session, 'platform', highest, translate(coalesce(request_id, ''), '|', '/'),
        translate(coalesce(action, ''), '|', '/'), access_grant, extract(epoch from until));
      perform set_config('app.platform', body || '|' || ${seal("pg_current_xact_id()")}, true) from sealed.keys where id = 1;
    end $$`,

  // The reserved tenant, and the address of its administrator who acts, if his session lives and he is one.
  `create function app.platform_admin(session uuid, usr uuid) returns table (platform uuid, email text)
    language plpgsql stable ${definer} as $$
    begin
      return query select t.id, u.email
      from auth.sessions s
      join auth.identities i on i.id = s.identity_id and i.status = 'active'
      join app.tenants t on t.slug = 'platform'
      join app.users u on u.tenant_id = t.id and u.id = usr and u.identity_id = s.identity_id and u.status = 'active' and u.role = 'admin'
      where s.id = session and s.revoked_at is null and s.expires_at > now();
      if not found then
        raise exception 'the session has ended or the membership has changed' using errcode = 'SV001';
      end if;
    end $$`,
];

const logColumns = `tenant_id, timestamp, id, user_id, actor_kind, action, outcome, resource_type, resource_id, details, request_id`;

const logging = [
  // What the logs say of a grant: who acts, why, and until when.
  `create function app.about_grant(access_grant app.access_grants, email text) returns jsonb language sql stable ${definer} as $$
    select jsonb_build_object('by', email, 'grantId', access_grant.id, 'grantReason', access_grant.reason,
      'until', to_char(access_grant.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) $$`,

  // A call, in the log of the reserved tenant and in that of the tenant that it is about, if there is one.
  `create function app.log_platform(platform uuid, about uuid, usr uuid, action text, outcome text, details jsonb, request_id text)
    returns void language sql volatile ${definer} as $$
      insert into app.audit_logs (${logColumns})
      select t.id, now(), app.uuid_v7(), usr, 'platform', action, outcome, 'tenants', about, details, request_id
      from app.tenants t where t.id in (platform, about) $$`,

  // A grant that opens or ends, in the log of the reserved tenant and of each that it is for.
  `create function app.log_grant(access_grant app.access_grants, usr uuid, email text, action text, request_id text)
    returns void language sql volatile ${definer} as $$
      insert into app.audit_logs (${logColumns})
      select t.id, now(), app.uuid_v7(), usr, 'platform', action, 'ok', 'accessGrants', access_grant.id,
        app.about_grant(access_grant, email) || jsonb_build_object('forAll', access_grant.granted_tenant_id is null), request_id
      from app.tenants t
      where access_grant.granted_tenant_id is null or t.id in (access_grant.tenant_id, access_grant.granted_tenant_id) $$`,
];

const granting = [
  // The transaction that opens a grant has written, and so cannot enter by it (app.begin_entry): a grant that shows something is in the logs
  // for good, whatever is undone after that.
  `create function app.open_grant(session uuid, usr uuid, access_grant uuid, granted uuid, minutes int, reason text, request_id text)
    returns setof app.access_grants language plpgsql volatile ${definer} as $$
    declare who record; made app.access_grants; at timestamptz(3) := now();
    begin
      select * into who from app.platform_admin(session, usr);
      if granted is not null and not exists (select from app.tenants t where t.id = granted) then
        raise exception 'there is no such tenant' using errcode = 'SVP02';
      end if;
      insert into app.access_grants (tenant_id, id, created_at, updated_at, user_id, session_id, granted_tenant_id, reason, expires_at)
        values (who.platform, access_grant, at, at, usr, session, granted, reason, at + make_interval(mins => minutes))
        returning * into made;
      perform app.log_grant(made, usr, who.email, 'platform.grants.create', request_id);
      return next made;
    end $$`,

  // Any administrator ends any grant: that takes access away and gives none. One that is over stays as it was.
  `create function app.end_grant(session uuid, usr uuid, access_grant uuid, request_id text)
    returns setof app.access_grants language plpgsql volatile ${definer} as $$
    declare who record; ended app.access_grants;
    begin
      select * into who from app.platform_admin(session, usr);
      update app.access_grants g set ended_at = now(), updated_at = now()
        where g.tenant_id = who.platform and g.id = access_grant and g.ended_at is null and g.expires_at > now()
        returning * into ended;
      if found then
        perform app.log_grant(ended, usr, who.email, 'platform.grants.end', request_id);
      else
        select g.* into ended from app.access_grants g where g.tenant_id = who.platform and g.id = access_grant;
        if not found then
          raise exception 'there is no such grant' using errcode = 'SVP03';
        end if;
      end if;
      return next ended;
    end $$`,

  // Enters what a grant is for, or of it the one tenant that the call is about; answers the tenant, or null for all. Whether the grant
  // is another's, over, for another tenant or was never made is one answer.
  `create function app.enter_platform(session uuid, usr uuid, access_grant uuid, about uuid, request_id text, action text, note jsonb)
    returns uuid language plpgsql volatile ${definer} as $$
    declare who record; held app.access_grants; one uuid;
    begin
      perform app.begin_entry();
      select * into who from app.platform_admin(session, usr);
      select g.* into held from app.access_grants g
      where g.tenant_id = who.platform and g.id = access_grant and g.user_id = usr and g.session_id = session
        and g.ended_at is null and g.expires_at > now() and coalesce(g.granted_tenant_id = about, true);
      if not found then
        raise exception 'no living grant of this session is for that' using errcode = 'SVP01';
      end if;
      one := coalesce(about, held.granted_tenant_id);
      perform app.log_platform(who.platform, one, usr, action, 'ok',
        coalesce(note, '{}') || app.about_grant(held, who.email), request_id);
      perform app.set_platform_context(coalesce(one, ${lowest}), coalesce(one, ${highest}), usr, session, held.id, held.expires_at,
        request_id, action);
      return one;
    end $$`,

  // A refused or failed call, whichever grant it named.
  `create function app.record_platform(session uuid, usr uuid, access_grant uuid, about uuid, outcome text, reason text, request_id text,
      action text)
    returns void language plpgsql volatile ${definer} as $$
    declare who record; held app.access_grants; details jsonb;
    begin
      if outcome not in ('denied', 'error') then
        raise exception 'outcome must be denied or error, got %', outcome using errcode = '22023';
      end if;
      select * into who from app.platform_admin(session, usr);
      details := jsonb_build_object('by', who.email, 'reason', reason);
      select g.* into held from app.access_grants g where g.tenant_id = who.platform and g.id = access_grant and g.user_id = usr;
      if found then
        details := app.about_grant(held, who.email) || details;
        about := coalesce(about, held.granted_tenant_id);
      end if;
      perform app.log_platform(who.platform, about, usr, action, outcome, details, request_id);
    end $$`,
];

/** The grant of the entered context, and who acts under it. */
const entered = `
      if context is null then
        raise exception 'no grant is entered' using errcode = 'SVP01';
      end if;`;

const operations = [
  // What a list under a grant for all has shown, in the log of each tenant that was in it.
  `create function app.note_answered(shown uuid[]) returns void language plpgsql volatile ${definer} as $$
    declare context text[] := app.platform_entered(); who record; held app.access_grants;
    begin ${entered}
      if context[1] = context[5] then return; end if;
      select * into who from app.platform_admin(context[3]::uuid, context[2]::uuid);
      select g.* into held from app.access_grants g where g.tenant_id = who.platform and g.id = context[8]::uuid;
      insert into app.audit_logs (${logColumns})
      select t.id, now(), app.uuid_v7(), context[2]::uuid, 'platform', context[7], 'ok', 'tenants', t.id,
        app.about_grant(held, who.email), context[6]
      from app.tenants t where t.id = any (shown) and t.id <> who.platform;
    end $$`,

  // A tenant with its first administrator: a new identity, which gets the link, or one that is there, whose password nobody touches: a link
  // to it would open every tenant that the person is in. An identity whose address was never confirmed may be anybody's.
  `create function app.create_tenant(tenant uuid, identity uuid, usr uuid, tenant_name text, tenant_slug text, tenant_domain text, tier text,
      settings jsonb, template text, admin_email text, admin_name text, admin_username text, is_confirmed boolean, link_hash bytea,
      link_expires_at timestamptz, at timestamptz)
    returns boolean language plpgsql volatile ${definer} as $$
    declare context text[] := app.platform_entered(); known auth.identities; is_new boolean;
    begin ${entered}
      if context[1] = context[5] then
        raise exception 'only a grant for all tenants makes one' using errcode = 'SVP01';
      end if;
      insert into auth.identities (id, email, name, created_at, updated_at) values (identity, admin_email, admin_name, at, at)
        on conflict (email) do nothing;
      is_new := found;
      select i.* into known from auth.identities i where i.email = admin_email;
      if known.status <> 'active' or (not is_new and known.email_verified_at is null and is_confirmed is not true) then
        raise exception 'the identity is disabled, or its address was never confirmed' using errcode = 'SVP06';
      end if;
      insert into app.tenants (id, slug, name, domain, subscription_tier, settings, template_key, created_at, updated_at)
        values (tenant, tenant_slug, tenant_name, tenant_domain, tier, settings, template, at, at);
      insert into app.users (tenant_id, id, identity_id, username, email, name, role, created_at, updated_at)
        values (tenant, usr, known.id, admin_username, admin_email, admin_name, 'agency_admin', at, at);
      perform app.start_from_template(tenant, template, at);
      if is_new then
        insert into auth.one_time_tokens (token_hash, identity_id, purpose, expires_at, created_at, updated_at)
          values (link_hash, known.id, 'set-password', link_expires_at, at, at);
      end if;
      perform app.note_answered(array[tenant]);
      return is_new;
    end $$`,

  // A suspended tenant with all that is its own, and the identities of persons who were in no other.
  `create function app.remove_tenant(tenant uuid, typed_slug text) returns void language plpgsql volatile ${definer} as $$
    declare context text[] := app.platform_entered(); found_slug text; people uuid[];
    begin ${entered}
      if tenant < context[1]::uuid or tenant > context[5]::uuid then
        raise exception 'the grant is for another tenant' using errcode = 'SVP01';
      end if;
      select t.slug into found_slug from app.tenants t where t.id = tenant;
      if not found then
        raise exception 'there is no such tenant' using errcode = 'SVP02';
      end if;
      if found_slug is distinct from typed_slug then
        raise exception 'another slug was typed' using errcode = 'SVP05';
      end if;
      people := array(select u.identity_id from app.users u where u.tenant_id = tenant);
      delete from app.tenants t where t.id = tenant and t.status = 'suspended';
      if not found then
        raise exception 'the tenant is not suspended' using errcode = 'SVP04';
      end if;
      delete from auth.identities i where i.id = any (people) and not exists (select from app.users u where u.identity_id = i.id);
    end $$`,
];

const executable = [
  "app.granted_first()",
  "app.granted_last()",
  "app.open_grant(uuid, uuid, uuid, uuid, int, text, text)",
  "app.end_grant(uuid, uuid, uuid, text)",
  "app.enter_platform(uuid, uuid, uuid, uuid, text, text, jsonb)",
  "app.record_platform(uuid, uuid, uuid, uuid, text, text, text, text)",
  "app.note_answered(uuid[])",
  `app.create_tenant(uuid, uuid, uuid, text, text, text, text, jsonb, text, text, text, text, boolean, bytea, timestamptz, timestamptz)`,
  "app.remove_tenant(uuid, text)",
];

const gate = [
  ...executable,
  "app.platform_entered()",
  "app.set_platform_context(uuid, uuid, uuid, uuid, uuid, timestamptz, text, text)",
  "app.platform_admin(uuid, uuid)",
  "app.about_grant(app.access_grants, text)",
  "app.log_platform(uuid, uuid, uuid, text, text, jsonb, text)",
  "app.log_grant(app.access_grants, uuid, text, text, text)",
];

/** The API's word for a table, as `nounOf` in `tenancy/noun-of.ts` has it. */
const nounOfTable = `case tg_table_name when 'secret_locker' then 'secrets' when 'task_queue' then 'tasks'
  when 'tenant_api_keys' then 'apiKeys'
  else left(tg_table_name, 1) || substr(replace(initcap(replace(tg_table_name, '_', ' ')), ' ', ''), 2) end`;

const withoutPlatform = {
  context: "app.entered()",
  details: "",
  actorKind: `case when context is null then 'system' when context[4] = 'api_key' then 'api_key' else 'user' end`,
};

/** Who has entered by a grant is the actor, and the record names the grant. */
const forPlatform = {
  context: "coalesce(app.entered(), app.platform_entered())",
  details: `if context[4] = 'platform' then details := details || jsonb_build_object('grantId', context[8]); end if;`,
  actorKind: `case when context is null then 'system' when context[4] in ('api_key', 'platform') then context[4] else 'user' end`,
};

/** `app.audit` of 0014, with who acts and what is said of it. */
const audit = ({
  context,
  details,
  actorKind,
}: typeof forPlatform) => `create or replace function app.audit() returns trigger language plpgsql volatile ${definer} as $$
    declare context text[] := ${context}; of_tenant uuid; resource uuid; details jsonb := '{}'; noun text := ${nounOfTable};
    begin
      if session_user = 'severalty_migrator' and current_setting('app.seeding', true) = 'on' then return null; end if;
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
      ${details}
      insert into app.audit_logs (tenant_id, timestamp, id, user_id, actor_kind, action, outcome, resource_type, resource_id,
        details, request_id, execution_ms)
      values (of_tenant, now(), app.uuid_v7(), context[2]::uuid, ${actorKind},
        coalesce(nullif(context[7], ''), noun || '.' || case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'remove' end),
        'ok', noun, resource, details, nullif(context[6], ''),
        (extract(epoch from clock_timestamp() - now()) * 1000)::int);
      return null;
    end $$`;
