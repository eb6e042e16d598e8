import { Migration } from "@mikro-orm/migrations";

/** Tenants start from a template: registering copies its configuration, agent roles, cookbooks and recipes. */
export class Templates extends Migration {
  override up(): void {
    this.addSql(startFromTemplate);
    this.addSql(`grant select on app.templates to severalty_gate`);
    this.addSql(`grant insert on app.tenant_configs, app.recipes to severalty_gate`);
    this.addSql(`grant select, insert on app.agent_roles, app.cookbooks to severalty_gate`);
    this.addSql(`grant create on schema app to severalty_gate`);
    this.addSql(`revoke all on function ${start} from public`);
    this.addSql(`alter function ${start} owner to severalty_gate`);
    this.addSql(`revoke create on schema app from severalty_gate`);

    // The added argument has a default, so a server of the version before goes on registering.
    this.addSql(`drop function ${registerOf(17)}`);
    for (const sql of register(
      ", template text default 'blank'",
      "insert into app.tenants (id, slug, name, template_key, created_at, updated_at) values (tenant, tenant_slug, tenant_name, template, at, at)",
      "perform app.start_from_template(tenant, template, at);",
      registerOf(18),
    ))
      this.addSql(sql);

    // The reserved tenant owns no business data.
    this.addSql(`insert into app.tenant_configs (tenant_id, id, created_at, updated_at)
      select t.id, app.uuid_v7(), now(), now() from app.tenants t
      where t.slug <> 'platform' and not exists (select from app.tenant_configs c where c.tenant_id = t.id)`);
    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    this.addSql(`drop function ${registerOf(18)}`);
    for (const sql of register(
      "",
      "insert into app.tenants (id, slug, name, created_at, updated_at) values (tenant, tenant_slug, tenant_name, at, at)",
      "",
      registerOf(17),
    ))
      this.addSql(sql);
    this.addSql(`drop function ${start}`);
    this.addSql(
      `revoke all on app.templates, app.tenant_configs, app.recipes, app.agent_roles, app.cookbooks from severalty_gate`,
    );
  }
}

const start = "app.start_from_template(uuid, text, timestamptz)";

const types =
  "uuid, uuid, uuid, uuid, text, text, text, text, text, text, bytea, timestamptz, timestamptz, text, text, text, timestamptz";
const registerOf = (parameters: 17 | 18) => `auth.register(${types}${parameters === 18 ? ", text" : ""})`;

// For gate functions and seeders only: it checks nothing but that the template is there. A tenant that has a configuration is refused by
// the unique key.
const startFromTemplate = `create function app.start_from_template(tenant uuid, template text, at timestamptz)
  returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
  declare made app.templates;
  begin
    select t.* into made from app.templates t where t.key = template;
    if not found then
      raise exception 'there is no such template' using errcode = 'SV010',
        detail = (select format('one of %s, got %s', string_agg(t.key, ', ' order by t.key), to_json(left(template, 60))) from app.templates t);
    end if;
    insert into app.tenant_configs (tenant_id, id, created_at, updated_at, template_key, template_version, template_definition, config)
      values (tenant, app.uuid_v7(), at, at, made.key, made.version, made.definition, made.definition -> 'config');
    insert into app.agent_roles (tenant_id, id, created_at, updated_at, name, description, capabilities, default_configuration)
      select tenant, app.uuid_v7(), at, at, r ->> 'name', r ->> 'description', r -> 'capabilities', r -> 'defaultConfiguration'
      from jsonb_array_elements(made.definition -> 'agentRoles') r;
    insert into app.cookbooks (tenant_id, id, created_at, updated_at, agent_role_id, name, description)
      select tenant, app.uuid_v7(), at, at, role.id, c ->> 'name', c ->> 'description'
      from jsonb_array_elements(made.definition -> 'agentRoles') r
      cross join jsonb_array_elements(r -> 'cookbooks') c
      join app.agent_roles role on role.tenant_id = tenant and role.name = r ->> 'name';
    insert into app.recipes (tenant_id, id, created_at, updated_at, cookbook_id, name, source_yaml, definition, status)
      select tenant, app.uuid_v7(), at, at, book.id, s ->> 'name', s ->> 'sourceYaml', s -> 'definition', 'published'
      from jsonb_array_elements(made.definition -> 'agentRoles') r
      cross join jsonb_array_elements(r -> 'cookbooks') c
      cross join jsonb_array_elements(c -> 'recipes') s
      join app.cookbooks book on book.tenant_id = tenant and book.name = c ->> 'name';
  end $$`;

/** `auth.register` of the second migration, with or without a template. */
const register = (parameter: string, insertTenant: string, startTenant: string, name: string) => [
  `create function auth.register(identity uuid, tenant uuid, usr uuid, session uuid, tenant_name text, tenant_slug text,
      person_name text, username text, email text, hashed_password text, refresh_hash bytea, session_expires_at timestamptz,
      refresh_expires_at timestamptz, ip text, user_agent text, request_id text, at timestamptz${parameter})
    returns void language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
    begin
      perform app.set_context(session, usr, tenant, 'agency_admin', null, request_id, 'auth.register');
      insert into auth.identities (id, email, name, hashed_password, created_at, updated_at)
        values (identity, email, person_name, hashed_password, at, at);
      ${insertTenant};
      insert into app.users (tenant_id, id, identity_id, username, email, name, role, created_at, updated_at)
        values (tenant, usr, identity, username, email, person_name, 'agency_admin', at, at);
      insert into auth.sessions (id, identity_id, tenant_id, user_id, expires_at, amr, ip, user_agent, created_at, updated_at)
        values (session, identity, tenant, usr, session_expires_at, '{pwd}', ip, user_agent, at, at);
      insert into auth.refresh_tokens (token_hash, session_id, expires_at, created_at, updated_at)
        values (refresh_hash, session, refresh_expires_at, at, at);
      ${startTenant}
      perform set_config('app.context', '', true);
    end $$`,
  `grant create on schema auth to severalty_gate`,
  `revoke all on function ${name} from public`,
  `alter function ${name} owner to severalty_gate`,
  `grant execute on function ${name} to severalty_auth`,
  `revoke create on schema auth from severalty_gate`,
];
