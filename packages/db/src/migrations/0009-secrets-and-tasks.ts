import { Migration } from "@mikro-orm/migrations";

/** The locker for secrets with the keys that encrypt them, and the queue of tasks. */
export class SecretsAndTasks extends Migration {
  override up(): void {
    this.addSql(`create table app.tenant_keys (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        wrapped_key bytea not null,
        key_version int not null,
        status text not null default 'active',
        primary key (tenant_id, id),
        constraint tenant_keys_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint tenant_keys_tenant_id_key_version_key unique (tenant_id, key_version),
        constraint tenant_keys_key_version_check check (key_version >= 1),
        constraint tenant_keys_status_check check (status in ('active', 'retired'))
      )`);
    this.addSql(`alter table app.tenant_keys enable row level security`);
    this.addSql(`alter table app.tenant_keys force row level security`);
    this.addSql(
      `create policy tenant_keys_severalty_app_policy on app.tenant_keys to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update on app.tenant_keys to severalty_app`);
    this.addSql(
      `create trigger tenant_keys_audit after insert or update or delete on app.tenant_keys for each row execute function app.audit()`,
    );

    this.addSql(`create table app.secret_locker (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        name text not null,
        team_id uuid null,
        ciphertext bytea not null,
        key_version int not null,
        last_used_at timestamptz(3) null,
        version int not null default 1,
        primary key (tenant_id, id),
        constraint secret_locker_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint secret_locker_tenant_id_team_id_foreign foreign key (tenant_id, team_id) references app.teams (tenant_id, id) on update no action on delete no action,
        constraint secret_locker_key_version_check check (key_version >= 1),
        constraint secret_locker_name_check check (char_length(name) between 1 and 120)
      )`);
    this.addSql(
      `create unique index secret_locker_tenant_id_team_id_name_key on app.secret_locker (tenant_id, team_id, name) nulls not distinct`,
    );
    this.addSql(`alter table app.secret_locker enable row level security`);
    this.addSql(`alter table app.secret_locker force row level security`);
    this.addSql(
      `create policy secret_locker_severalty_app_policy on app.secret_locker to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update, delete on app.secret_locker to severalty_app`);
    this.addSql(
      `create trigger secret_locker_audit after insert or update or delete on app.secret_locker for each row execute function app.audit()`,
    );

    this.addSql(`create table app.task_queue (
        tenant_id uuid not null,
        id uuid not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        agent_instance_id uuid null,
        recipe_id uuid null,
        team_id uuid null,
        kind text not null,
        payload jsonb not null default '{}',
        priority int not null default 0,
        status text not null default 'pending',
        run_at timestamptz(3) not null,
        attempts int not null default 0,
        max_attempts int not null default 3,
        lease_token uuid null,
        leased_by text null,
        lease_expires_at timestamptz(3) null,
        result jsonb null,
        error text null,
        started_at timestamptz(3) null,
        finished_at timestamptz(3) null,
        idempotency_key text null,
        version int not null default 1,
        primary key (tenant_id, id),
        constraint task_queue_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
        constraint task_queue_tenant_id_agent_instance_id_foreign foreign key (tenant_id, agent_instance_id) references app.agent_instances (tenant_id, id) on update no action on delete no action,
        constraint task_queue_tenant_id_recipe_id_foreign foreign key (tenant_id, recipe_id) references app.recipes (tenant_id, id) on update no action on delete no action,
        constraint task_queue_tenant_id_team_id_foreign foreign key (tenant_id, team_id) references app.teams (tenant_id, id) on update no action on delete no action,
        constraint task_queue_tenant_id_idempotency_key_key unique (tenant_id, idempotency_key),
        constraint task_queue_kind_check check (char_length(kind) between 1 and 120),
        constraint task_queue_status_check check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
        constraint task_queue_payload_check check (jsonb_typeof(payload) = 'object'),
        constraint task_queue_priority_check check (priority between -100 and 100),
        constraint task_queue_attempts_check check (attempts >= 0 and max_attempts between 1 and 100 and attempts <= max_attempts)
      )`);
    this.addSql(`create index task_queue_tenant_id_created_at_index on app.task_queue (tenant_id, created_at)`);
    this.addSql(`create index task_queue_tenant_id_status_run_at_index on app.task_queue (tenant_id, status, run_at)`);
    this.addSql(
      `create index task_queue_tenant_id_agent_instance_id_index on app.task_queue (tenant_id, agent_instance_id)`,
    );
    this.addSql(`create index task_queue_tenant_id_recipe_id_index on app.task_queue (tenant_id, recipe_id)`);
    this.addSql(`create index task_queue_tenant_id_team_id_index on app.task_queue (tenant_id, team_id)`);
    this.addSql(`alter table app.task_queue enable row level security`);
    this.addSql(`alter table app.task_queue force row level security`);
    this.addSql(
      `create policy task_queue_severalty_app_policy on app.task_queue to severalty_app using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
    );
    this.addSql(`grant select, insert, update, delete on app.task_queue to severalty_app`);
    this.addSql(
      `create trigger task_queue_audit after insert or update or delete on app.task_queue for each row execute function app.audit()`,
    );

    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    this.addSql(`drop table app.task_queue, app.secret_locker, app.tenant_keys`);
  }
}
