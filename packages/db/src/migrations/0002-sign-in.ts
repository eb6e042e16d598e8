import { Migration } from "@mikro-orm/migrations";

/** What the sign-in role may do beyond its own tables, each by a named function: register, look up memberships, record. */
export class SignIn extends Migration {
  override up(): void {
    this.addSql(`create table auth.one_time_tokens (
      token_hash bytea not null,
      identity_id uuid not null,
      purpose text not null,
      expires_at timestamptz(3) not null,
      used_at timestamptz(3) null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      primary key (token_hash),
      constraint one_time_tokens_identity_id_foreign foreign key (identity_id) references auth.identities (id)
        on update no action on delete cascade,
      constraint one_time_tokens_purpose_check check (purpose in ('set-password')),
      constraint one_time_tokens_expires_at_check check (expires_at > created_at)
    )`);
    this.addSql(`create index one_time_tokens_identity_id_index on auth.one_time_tokens (identity_id)`);
    this.addSql(`alter table auth.one_time_tokens enable row level security`);
    this.addSql(`alter table auth.one_time_tokens force row level security`);
    this.addSql(
      `create policy one_time_tokens_severalty_auth_policy on auth.one_time_tokens to severalty_auth using (true) with check (true)`,
    );
    this.addSql(`grant select, insert, update, delete on auth.one_time_tokens to severalty_auth`);

    // Identity, tenant, its first administrator and a session: all or nothing.
    this.addSql(`create function auth.register(identity uuid, tenant uuid, usr uuid, session uuid, tenant_name text, tenant_slug text,
        person_name text, username text, email text, hashed_password text, refresh_hash bytea, session_expires_at timestamptz,
        refresh_expires_at timestamptz, ip text, user_agent text, request_id text, at timestamptz)
      returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
      begin
        perform app.set_context(session, usr, tenant, 'agency_admin', null, request_id, 'auth.register');
        insert into auth.identities (id, email, name, hashed_password, created_at, updated_at)
          values (identity, email, person_name, hashed_password, at, at);
        insert into app.tenants (id, slug, name, created_at, updated_at) values (tenant, tenant_slug, tenant_name, at, at);
        insert into app.users (tenant_id, id, identity_id, username, email, name, role, created_at, updated_at)
          values (tenant, usr, identity, username, email, person_name, 'agency_admin', at, at);
        insert into auth.sessions (id, identity_id, tenant_id, user_id, expires_at, amr, ip, user_agent, created_at, updated_at)
          values (session, identity, tenant, usr, session_expires_at, '{pwd}', ip, user_agent, at, at);
        insert into auth.refresh_tokens (token_hash, session_id, expires_at, created_at, updated_at)
          values (refresh_hash, session, refresh_expires_at, at, at);
        perform set_config('app.context', '', true);
      end $$`);

    // The tenants that a person is an active user of, the one entered last first.
    this.addSql(`create function auth.memberships(identity uuid)
      returns table (tenant_id uuid, tenant_slug text, tenant_name text, tenant_status text, user_id uuid, role text, username text,
        email text, name text)
      language sql stable security definer set search_path = pg_catalog, pg_temp as $$
        select t.id, t.slug, t.name, t.status, u.id, u.role, u.username, u.email, u.name
        from app.users u join app.tenants t on t.id = u.tenant_id
        left join lateral (
          select max(s.created_at) as at from auth.sessions s where s.identity_id = u.identity_id and s.tenant_id = u.tenant_id
        ) last_used on true
        where u.identity_id = identity and u.status = 'active'
        order by last_used.at desc nulls last, u.created_at, u.id $$`);

    // A sign-in, a refusal or a sign-out, in the log of the tenant that it concerns.
    this.addSql(`create function auth.record(tenant uuid, usr uuid, action text, outcome text, details jsonb, request_id text)
      returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
      begin
        if action !~ '^auth\\.[a-zA-Z]+$' then
          raise exception 'action must be one of sign-in, got %', action using errcode = '22023';
        end if;
        insert into app.audit_logs (tenant_id, timestamp, id, user_id, actor_kind, action, outcome, resource_type, details, request_id)
        values (tenant, now(), app.uuid_v7(), usr, 'user', action, outcome, 'sessions', details, request_id);
      end $$`);

    this.addSql(`grant create on schema auth to severalty_gate`);
    for (const name of gateFunctions) {
      this.addSql(`revoke all on function ${name} from public`);
      this.addSql(`alter function ${name} owner to severalty_gate`);
      this.addSql(`grant execute on function ${name} to severalty_auth`);
    }
    this.addSql(`revoke create on schema auth from severalty_gate`);
    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    for (const name of gateFunctions) this.addSql(`drop function ${name}`);
    this.addSql(`drop table auth.one_time_tokens`);
  }
}

const gateFunctions = [
  "auth.register(uuid, uuid, uuid, uuid, text, text, text, text, text, text, bytea, timestamptz, timestamptz, text, text, text, timestamptz)",
  "auth.memberships(uuid)",
  "auth.record(uuid, uuid, text, text, jsonb, text)",
];
