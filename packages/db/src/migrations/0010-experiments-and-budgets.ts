import { Migration } from "@mikro-orm/migrations";

/** A/B tests of recipes with their results, and budgets with their reservations. */
export class ExperimentsAndBudgets extends Migration {
  override up(): void {
    this.addSql(`create table app.ab_tests (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        recipe_id uuid not null,
        name text not null,
        metric text not null,
        version_a int not null,
        version_b int not null,
        status text not null default 'running',
        version int not null default 1,
        primary key (tenant_id, id),
        constraint ab_tests_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint ab_tests_tenant_id_recipe_id_foreign foreign key (tenant_id, recipe_id) references app.recipes (tenant_id, id) on update no action on delete no action,
        constraint ab_tests_tenant_id_name_key unique (tenant_id, name),
        constraint ab_tests_name_check check (char_length(name) between 1 and 120),
        constraint ab_tests_metric_check check (char_length(metric) between 1 and 120),
        constraint ab_tests_versions_check check (version_a >= 1 and version_b >= 1 and version_a <> version_b),
        constraint ab_tests_status_check check (status in ('running', 'stopped'))
      )`);
    this.addSql(`create index ab_tests_tenant_id_recipe_id_index on app.ab_tests (tenant_id, recipe_id)`);
    this.addSql(`alter table app.ab_tests enable row level security`);
    this.addSql(`alter table app.ab_tests force row level security`);
    this.addSql(
      `create policy ab_tests_severalty_app_policy on app.ab_tests to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update, delete on app.ab_tests to severalty_app`);
    this.addSql(
      `create trigger ab_tests_audit after insert or update or delete on app.ab_tests for each row execute function app.audit()`,
    );

    this.addSql(`create table app.ab_test_results (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        ab_test_id uuid not null,
        variant text not null,
        value double precision not null,
        sample text not null,
        primary key (tenant_id, id),
        constraint ab_test_results_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint ab_test_results_tenant_id_ab_test_id_foreign foreign key (tenant_id, ab_test_id) references app.ab_tests (tenant_id, id) on update no action on delete cascade,
        constraint ab_test_results_tenant_id_ab_test_id_sample_key unique (tenant_id, ab_test_id, sample),
        constraint ab_test_results_variant_check check (variant in ('a', 'b')),
        constraint ab_test_results_sample_check check (char_length(sample) between 1 and 200),
        constraint ab_test_results_value_check check (value = value and abs(value) < 'infinity'::float8)
      )`);
    this.addSql(`alter table app.ab_test_results enable row level security`);
    this.addSql(`alter table app.ab_test_results force row level security`);
    this.addSql(
      `create policy ab_test_results_severalty_app_policy on app.ab_test_results to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update, delete on app.ab_test_results to severalty_app`);
    this.addSql(
      `create trigger ab_test_results_audit after insert or update or delete on app.ab_test_results for each row execute function app.audit()`,
    );

    this.addSql(`create table app.budgets (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        scope text not null,
        team_id uuid null,
        agent_instance_id uuid null,
        period text not null,
        limit_usd numeric(18,6) not null,
        spent_usd numeric(18,6) not null default '0',
        reserved_usd numeric(18,6) not null default '0',
        version int not null default 1,
        primary key (tenant_id, id),
        constraint budgets_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint budgets_tenant_id_team_id_foreign foreign key (tenant_id, team_id) references app.teams (tenant_id, id) on update no action on delete no action,
        constraint budgets_tenant_id_agent_instance_id_foreign foreign key (tenant_id, agent_instance_id) references app.agent_instances (tenant_id, id) on update no action on delete no action,
        constraint budgets_scope_check check (case scope when 'tenant' then team_id is null and agent_instance_id is null when 'team' then team_id is not null and agent_instance_id is null when 'agent_instance' then agent_instance_id is not null and team_id is null else false end),
        constraint budgets_period_check check (period in ('day', 'month', 'total')),
        constraint budgets_amounts_check check (limit_usd >= 0 and spent_usd >= 0 and reserved_usd >= 0)
      )`);
    this.addSql(`create index budgets_tenant_id_team_id_index on app.budgets (tenant_id, team_id)`);
    this.addSql(`create index budgets_tenant_id_agent_instance_id_index on app.budgets (tenant_id, agent_instance_id)`);
    this.addSql(
      `create unique index budgets_tenant_id_scope_key on app.budgets (tenant_id, scope, team_id, agent_instance_id, period) nulls not distinct`,
    );
    this.addSql(`alter table app.budgets enable row level security`);
    this.addSql(`alter table app.budgets force row level security`);
    this.addSql(
      `create policy budgets_severalty_app_policy on app.budgets to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update, delete on app.budgets to severalty_app`);
    this.addSql(
      `create trigger budgets_audit after insert or update or delete on app.budgets for each row execute function app.audit()`,
    );

    this.addSql(`create table app.budget_reservations (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        budget_id uuid not null,
        amount_usd numeric(18,6) not null,
        state text not null default 'reserved',
        expires_at timestamptz(3) not null,
        primary key (tenant_id, id),
        constraint budget_reservations_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint budget_reservations_tenant_id_budget_id_foreign foreign key (tenant_id, budget_id) references app.budgets (tenant_id, id) on update no action on delete cascade,
        constraint budget_reservations_amount_usd_check check (amount_usd >= 0),
        constraint budget_reservations_state_check check (state in ('reserved', 'settled', 'released')),
        constraint budget_reservations_expires_at_check check (expires_at > created_at)
      )`);
    this.addSql(
      `create index budget_reservations_tenant_id_budget_id_state_index on app.budget_reservations (tenant_id, budget_id, state)`,
    );
    this.addSql(`alter table app.budget_reservations enable row level security`);
    this.addSql(`alter table app.budget_reservations force row level security`);
    this.addSql(
      `create policy budget_reservations_severalty_app_policy on app.budget_reservations to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update, delete on app.budget_reservations to severalty_app`);
    this.addSql(
      `create trigger budget_reservations_audit after insert or update or delete on app.budget_reservations for each row execute function app.audit()`,
    );

    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    this.addSql(`drop table app.budget_reservations, app.budgets, app.ab_test_results, app.ab_tests`);
  }
}
