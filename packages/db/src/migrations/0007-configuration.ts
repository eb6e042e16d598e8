import { Migration } from "@mikro-orm/migrations";

/** Who is invited, what a tenant starts from and how it is set up: templates, configurations, API keys, idempotency keys. */
export class Configuration extends Migration {
  override up(): void {
    this.addSql(`create table app.invitations (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        email text not null,
        role text not null default 'team_member',
        team_id uuid null,
        token_hash bytea not null,
        invited_by uuid not null,
        expires_at timestamptz(3) not null,
        accepted_at timestamptz(3) null,
        revoked_at timestamptz(3) null,
        primary key (tenant_id, id),
        constraint invitations_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint invitations_tenant_id_team_id_foreign foreign key (tenant_id, team_id) references app.teams (tenant_id, id) on update no action on delete no action,
        constraint invitations_tenant_id_invited_by_foreign foreign key (tenant_id, invited_by) references app.users (tenant_id, id) on update no action on delete no action,
        constraint invitations_tenant_id_token_hash_key unique (tenant_id, token_hash),
        constraint invitations_email_check check (email = lower(email)),
        constraint invitations_role_check check (role in ('agency_admin', 'team_member')),
        constraint invitations_expires_at_check check (expires_at > created_at)
      )`);
    this.addSql(`create index invitations_tenant_id_email_index on app.invitations (tenant_id, email)`);
    this.addSql(`create index invitations_tenant_id_team_id_index on app.invitations (tenant_id, team_id)`);
    this.addSql(`create index invitations_tenant_id_invited_by_index on app.invitations (tenant_id, invited_by)`);
    this.addSql(`alter table app.invitations enable row level security`);
    this.addSql(`alter table app.invitations force row level security`);
    this.addSql(
      `create policy invitations_severalty_app_policy on app.invitations to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update, delete on app.invitations to severalty_app`);
    this.addSql(
      `create trigger invitations_audit after insert or update or delete on app.invitations for each row execute function app.audit()`,
    );

    this.addSql(`create table app.templates (
        id uuid not null,
        key text not null,
        name text not null,
        description text not null default '',
        definition jsonb not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        version int not null default 1,
        primary key (id),
        constraint templates_key_key unique (key),
        constraint templates_key_check check (key ~ '^[a-z0-9][a-z0-9-]{1,48}[a-z0-9]$'),
        constraint templates_name_check check (char_length(name) between 1 and 120),
        constraint templates_definition_check check (jsonb_typeof(definition) = 'object')
      )`);
    this.addSql(`alter table app.templates enable row level security`);
    this.addSql(`alter table app.templates force row level security`);
    this.addSql(
      `create policy templates_severalty_app_policy on app.templates to severalty_app using (app.tenant_id() is not null) with check (app.tenant_id() is not null)`,
    );
    this.addSql(`grant select on app.templates to severalty_app`);

    this.addSql(`create table app.tenant_configs (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        template_key text null,
        template_version int null,
        template_definition jsonb null,
        config jsonb not null default '{}',
        version int not null default 1,
        primary key (tenant_id, id),
        constraint tenant_configs_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint tenant_configs_tenant_id_key unique (tenant_id),
        constraint tenant_configs_template_definition_check check (jsonb_typeof(template_definition) = 'object'),
        constraint tenant_configs_config_check check (jsonb_typeof(config) = 'object')
      )`);
    this.addSql(`alter table app.tenant_configs enable row level security`);
    this.addSql(`alter table app.tenant_configs force row level security`);
    this.addSql(
      `create policy tenant_configs_severalty_app_policy on app.tenant_configs to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update, delete on app.tenant_configs to severalty_app`);
    this.addSql(
      `create trigger tenant_configs_audit after insert or update or delete on app.tenant_configs for each row execute function app.audit()`,
    );

    this.addSql(`create table app.tenant_api_keys (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        name text not null,
        prefix text not null,
        key_hash bytea not null,
        permissions text[] not null,
        created_by uuid not null,
        last_used_at timestamptz(3) null,
        expires_at timestamptz(3) null,
        revoked_at timestamptz(3) null,
        version int not null default 1,
        primary key (tenant_id, id),
        constraint tenant_api_keys_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint tenant_api_keys_tenant_id_created_by_foreign foreign key (tenant_id, created_by) references app.users (tenant_id, id) on update no action on delete no action,
        constraint tenant_api_keys_key_hash_key unique (key_hash),
        constraint tenant_api_keys_name_check check (char_length(name) between 1 and 120),
        constraint tenant_api_keys_prefix_check check (prefix ~ '^svk_[0-9a-f]{12}$'),
        constraint tenant_api_keys_key_hash_check check (octet_length(key_hash) = 32),
        constraint tenant_api_keys_permissions_check check (cardinality(permissions) >= 1 and not ('apiKeys.write' = any (permissions))),
        constraint tenant_api_keys_expires_at_check check (expires_at > created_at)
      )`);
    this.addSql(
      `create unique index tenant_api_keys_tenant_id_name_key on app.tenant_api_keys (tenant_id, name) where revoked_at is null`,
    );
    this.addSql(
      `create index tenant_api_keys_tenant_id_created_by_index on app.tenant_api_keys (tenant_id, created_by)`,
    );
    this.addSql(`alter table app.tenant_api_keys enable row level security`);
    this.addSql(`alter table app.tenant_api_keys force row level security`);
    this.addSql(
      `create policy tenant_api_keys_severalty_app_policy on app.tenant_api_keys to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update, delete on app.tenant_api_keys to severalty_app`);
    this.addSql(
      `create trigger tenant_api_keys_audit after insert or update or delete on app.tenant_api_keys for each row execute function app.audit()`,
    );

    this.addSql(`create table app.idempotency_keys (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        actor_id uuid not null,
        key text not null,
        procedure text not null,
        request_hash bytea not null,
        response json null,
        expires_at timestamptz(3) not null,
        primary key (tenant_id, id),
        constraint idempotency_keys_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint idempotency_keys_tenant_id_actor_id_key_key unique (tenant_id, actor_id, key),
        constraint idempotency_keys_request_hash_check check (octet_length(request_hash) = 32),
        constraint idempotency_keys_key_check check (char_length(key) between 1 and 200),
        constraint idempotency_keys_expires_at_check check (expires_at > created_at)
      )`);
    this.addSql(
      `create index idempotency_keys_tenant_id_expires_at_index on app.idempotency_keys (tenant_id, expires_at)`,
    );
    this.addSql(`alter table app.idempotency_keys enable row level security`);
    this.addSql(`alter table app.idempotency_keys force row level security`);
    this.addSql(
      `create policy idempotency_keys_severalty_app_policy on app.idempotency_keys to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update, delete on app.idempotency_keys to severalty_app`);

    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    this.addSql(
      `drop table app.idempotency_keys, app.tenant_api_keys, app.tenant_configs, app.templates, app.invitations`,
    );
  }
}
