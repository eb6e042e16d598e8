import { Migration } from "@mikro-orm/migrations";

/** Agent roles with their cookbooks and recipes, subscriptions, and the agents deployed under them. */
export class Agents extends Migration {
  override up(): void {
    this.addSql(`create table app.agent_roles (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        name text not null,
        description text not null default '',
        capabilities jsonb not null default '[]',
        default_configuration jsonb not null default '{}',
        version int not null default 1,
        primary key (tenant_id, id),
        constraint agent_roles_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint agent_roles_tenant_id_name_key unique (tenant_id, name),
        constraint agent_roles_name_check check (char_length(name) between 1 and 120),
        constraint agent_roles_capabilities_check check (jsonb_typeof(capabilities) = 'array'),
        constraint agent_roles_default_configuration_check check (jsonb_typeof(default_configuration) = 'object')
      )`);
    this.addSql(`alter table app.agent_roles enable row level security`);
    this.addSql(`alter table app.agent_roles force row level security`);
    this.addSql(
      `create policy agent_roles_severalty_app_policy on app.agent_roles to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update, delete on app.agent_roles to severalty_app`);
    this.addSql(
      `create trigger agent_roles_audit after insert or update or delete on app.agent_roles for each row execute function app.audit()`,
    );

    this.addSql(`create table app.cookbooks (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        agent_role_id uuid not null,
        name text not null,
        description text not null default '',
        version int not null default 1,
        primary key (tenant_id, id),
        constraint cookbooks_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint cookbooks_tenant_id_agent_role_id_foreign foreign key (tenant_id, agent_role_id) references app.agent_roles (tenant_id, id) on update no action on delete no action,
        constraint cookbooks_tenant_id_name_key unique (tenant_id, name),
        constraint cookbooks_name_check check (char_length(name) between 1 and 120)
      )`);
    this.addSql(`create index cookbooks_tenant_id_agent_role_id_index on app.cookbooks (tenant_id, agent_role_id)`);
    this.addSql(`alter table app.cookbooks enable row level security`);
    this.addSql(`alter table app.cookbooks force row level security`);
    this.addSql(
      `create policy cookbooks_severalty_app_policy on app.cookbooks to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update, delete on app.cookbooks to severalty_app`);
    this.addSql(
      `create trigger cookbooks_audit after insert or update or delete on app.cookbooks for each row execute function app.audit()`,
    );

    this.addSql(`create table app.recipes (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        cookbook_id uuid not null,
        name text not null,
        source_yaml text not null,
        definition jsonb not null,
        status text not null default 'draft',
        version int not null default 1,
        primary key (tenant_id, id),
        constraint recipes_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint recipes_tenant_id_cookbook_id_foreign foreign key (tenant_id, cookbook_id) references app.cookbooks (tenant_id, id) on update no action on delete cascade,
        constraint recipes_tenant_id_cookbook_id_name_key unique (tenant_id, cookbook_id, name),
        constraint recipes_name_check check (char_length(name) between 1 and 120),
        constraint recipes_status_check check (status in ('draft', 'published')),
        constraint recipes_definition_check check (jsonb_typeof(definition) = 'object')
      )`);
    this.addSql(`alter table app.recipes enable row level security`);
    this.addSql(`alter table app.recipes force row level security`);
    this.addSql(
      `create policy recipes_severalty_app_policy on app.recipes to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update, delete on app.recipes to severalty_app`);
    this.addSql(
      `create trigger recipes_audit after insert or update or delete on app.recipes for each row execute function app.audit()`,
    );

    this.addSql(`create table app.subscriptions (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        agent_role_id uuid not null,
        purchased int not null,
        allocated int not null default 0,
        active int not null default 0,
        version int not null default 1,
        primary key (tenant_id, id),
        constraint subscriptions_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint subscriptions_tenant_id_agent_role_id_foreign foreign key (tenant_id, agent_role_id) references app.agent_roles (tenant_id, id) on update no action on delete no action,
        constraint subscriptions_tenant_id_agent_role_id_key unique (tenant_id, agent_role_id),
        constraint subscriptions_counts_check check (0 <= active and active <= allocated and allocated <= purchased)
      )`);
    this.addSql(`alter table app.subscriptions enable row level security`);
    this.addSql(`alter table app.subscriptions force row level security`);
    this.addSql(
      `create policy subscriptions_severalty_app_policy on app.subscriptions to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update, delete on app.subscriptions to severalty_app`);
    this.addSql(
      `create trigger subscriptions_audit after insert or update or delete on app.subscriptions for each row execute function app.audit()`,
    );

    this.addSql(`create table app.agent_instances (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        agent_role_id uuid not null,
        cookbook_id uuid null,
        team_id uuid not null,
        custom_name text not null,
        avatar_icon text null,
        configuration jsonb not null default '{}',
        status text not null default 'active',
        version int not null default 1,
        primary key (tenant_id, id),
        constraint agent_instances_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint agent_instances_tenant_id_agent_role_id_foreign foreign key (tenant_id, agent_role_id) references app.agent_roles (tenant_id, id) on update no action on delete no action,
        constraint agent_instances_tenant_id_cookbook_id_foreign foreign key (tenant_id, cookbook_id) references app.cookbooks (tenant_id, id) on update no action on delete no action,
        constraint agent_instances_tenant_id_team_id_foreign foreign key (tenant_id, team_id) references app.teams (tenant_id, id) on update no action on delete no action,
        constraint agent_instances_custom_name_check check (char_length(custom_name) between 1 and 120),
        constraint agent_instances_status_check check (status in ('active', 'retired')),
        constraint agent_instances_configuration_check check (jsonb_typeof(configuration) = 'object')
      )`);
    this.addSql(
      `create index agent_instances_tenant_id_agent_role_id_index on app.agent_instances (tenant_id, agent_role_id)`,
    );
    this.addSql(
      `create index agent_instances_tenant_id_cookbook_id_index on app.agent_instances (tenant_id, cookbook_id)`,
    );
    this.addSql(`create index agent_instances_tenant_id_team_id_index on app.agent_instances (tenant_id, team_id)`);
    this.addSql(`alter table app.agent_instances enable row level security`);
    this.addSql(`alter table app.agent_instances force row level security`);
    this.addSql(
      `create policy agent_instances_severalty_app_policy on app.agent_instances to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update, delete on app.agent_instances to severalty_app`);
    this.addSql(
      `create trigger agent_instances_audit after insert or update or delete on app.agent_instances for each row execute function app.audit()`,
    );

    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    this.addSql(`drop table app.agent_instances, app.subscriptions, app.recipes, app.cookbooks, app.agent_roles`);
  }
}
