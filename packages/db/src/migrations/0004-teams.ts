import { Migration } from "@mikro-orm/migrations";

/** Teams, and the team of each user, which `app.enter` reads into the context. */
export class Teams extends Migration {
  override up(): void {
    this.addSql(`create table app.teams (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        name text not null,
        description text not null default '',
        version int not null default 1,
        primary key (tenant_id, id),
        constraint teams_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint teams_tenant_id_name_key unique (tenant_id, name),
        constraint teams_name_check check (char_length(name) between 1 and 120)
      )`);
    this.addSql(`alter table app.teams enable row level security`);
    this.addSql(`alter table app.teams force row level security`);
    this.addSql(
      `create policy teams_severalty_app_policy on app.teams to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update, delete on app.teams to severalty_app`);
    this.addSql(
      `create trigger teams_audit after insert or update or delete on app.teams for each row execute function app.audit()`,
    );

    // A new nullable column and an unvalidated constraint wait for nobody; validating reads under a lock that lets writers go on.
    this.addSql(`alter table app.users add column team_id uuid null`);
    this.addSql(`alter table app.users add constraint users_tenant_id_team_id_foreign foreign key (tenant_id, team_id)
      references app.teams (tenant_id, id) on update no action on delete no action not valid`);
    this.addSql(`alter table app.users validate constraint users_tenant_id_team_id_foreign`);

    this.addSql(enter("u.team_id"));
    for (const sql of memberships("u.team_id, ", "team_id uuid, ")) this.addSql(sql);
    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    this.addSql(enter("null::uuid"));
    for (const sql of memberships("", "")) this.addSql(sql);
    this.addSql(`alter table app.users drop column team_id`);
    this.addSql(`drop table app.teams`);
  }
}

/** `app.enter` of the first migration, with the team read in the same join. */
const enter = (team: string) => `create or replace function app.enter(session uuid, usr uuid, tenant uuid, role text,
    request_id text, action text)
  returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
  declare tenant_status text; team uuid;
  begin
    if app.tenant_id() is not null then
      raise exception 'a tenant is already entered in this transaction' using errcode = 'SV003';
    end if;
    select t.status, ${team} into tenant_status, team
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

/** `auth.memberships` of the second migration, with the team; a function's columns cannot be replaced, so it is made anew. */
const memberships = (team: string, column: string) => [
  `drop function auth.memberships(uuid)`,
  `create function auth.memberships(identity uuid)
    returns table (tenant_id uuid, tenant_slug text, tenant_name text, tenant_status text, user_id uuid, ${column}role text,
      username text, email text, name text)
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select t.id, t.slug, t.name, t.status, u.id, ${team}u.role, u.username, u.email, u.name
      from app.users u join app.tenants t on t.id = u.tenant_id
      left join lateral (
        select max(s.created_at) as at from auth.sessions s where s.identity_id = u.identity_id and s.tenant_id = u.tenant_id
      ) last_used on true
      where u.identity_id = identity and u.status = 'active'
      order by last_used.at desc nulls last, u.created_at, u.id $$`,
  `grant create on schema auth to severalty_gate`,
  `revoke all on function auth.memberships(uuid) from public`,
  `alter function auth.memberships(uuid) owner to severalty_gate`,
  `grant execute on function auth.memberships(uuid) to severalty_auth`,
  `revoke create on schema auth from severalty_gate`,
];
