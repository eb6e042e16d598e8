import { Migration } from "@mikro-orm/migrations";

/**
 * The worker's way into a tenant: it claims a task across tenants, each tenant in turn, and enters that task's tenant while it holds the
 * task's lease. It reads what a task is about, and changes tasks by functions that ask for the lease.
 */
export class QueueEntry extends Migration {
  override up(): void {
    for (const sql of turns) this.addSql(sql);
    for (const sql of functions) this.addSql(sql);
    this.addSql(audit(forWorker));
    this.addSql(`grant create on schema app to severalty_gate`);
    for (const name of executable) {
      this.addSql(`revoke all on function ${name} from public`);
      this.addSql(`alter function ${name} owner to severalty_gate`);
    }
    this.addSql(`revoke create on schema app from severalty_gate`);
    this.addSql(`grant select, update on app.task_queue to severalty_gate`);
    this.addSql(`grant execute on function ${executable.join(", ")} to severalty_worker`);
    this.addSql(`grant execute on function ${contextual} to severalty_worker`);
    for (const [table, columns] of Object.entries(tables)) {
      this.addSql(
        `create policy ${table}_severalty_worker_policy on app.${table} to severalty_worker using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`,
      );
      this.addSql(`grant select${columns === null ? "" : ` (${columns})`} on app.${table} to severalty_worker`);
    }
    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    for (const [table, columns] of Object.entries(tables)) {
      this.addSql(`drop policy ${table}_severalty_worker_policy on app.${table}`);
      this.addSql(`revoke select${columns === null ? "" : ` (${columns})`} on app.${table} from severalty_worker`);
    }
    this.addSql(`revoke execute on function ${contextual} from severalty_worker`);
    this.addSql(audit(withoutWorker));
    this.addSql(`drop function ${executable.join(", ")}`);
    this.addSql(`revoke select, update on app.task_queue from severalty_gate`);
    this.addSql(`drop table sealed.queue_turns`);
  }
}

/** What a task is about. Of tasks everything but the lease's token, with which another worker's lease could be used. */
const tables: Readonly<Record<string, string | null>> = {
  task_queue: `tenant_id, id, created_at, updated_at, agent_instance_id, recipe_id, team_id, kind, payload, priority, status, run_at,
    attempts, max_attempts, leased_by, lease_expires_at, result, error, started_at, finished_at, idempotency_key, version`,
  agent_instances: null,
  agent_roles: null,
  cookbooks: null,
  recipes: null,
  documents: null,
};

const executable = [
  "app.claim_task(text, interval)",
  "app.enter_task(uuid, uuid, text, text)",
  "app.extend_lease(uuid, uuid, interval)",
  "app.finish_task(uuid, text, jsonb, text, timestamptz)",
];

/** What policies and the team's filter ask. */
const contextual = "app.tenant_id(), app.team_id(), app.sees_all_teams()";

/** Whose turn it was last, in one row that nobody but the gate sees. It names no row: a tenant that is gone is a place in the order all the same. */
const turns = [
  `create table sealed.queue_turns (
    is_only boolean primary key default true check (is_only),
    last_served uuid not null
  )`,
  `alter table sealed.queue_turns enable row level security`,
  `alter table sealed.queue_turns force row level security`,
  `insert into sealed.queue_turns (last_served) values ('00000000-0000-0000-0000-000000000000')`,
  `grant select, update on sealed.queue_turns to severalty_gate`,
];

const definer = `language plpgsql volatile security definer set search_path = pg_catalog, pg_temp`;

const refuseLease = (
  name: string,
) => `if ${name} is null or ${name} < interval '1 second' or ${name} > interval '1 hour' then
        raise exception 'a lease lasts 1 second to 1 hour, got %', ${name} using errcode = '22023';
      end if;`;

/** One answer for a task that never was, another's lease, one that has expired and a task that is not running: which, is nobody's to learn. */
const leaseLost = `raise exception 'the task is not leased to you any more' using errcode = 'SVT01';`;

/** When a task may be taken: when it is to run, or once the lease of whoever took it before has ended. */
const due = `coalesce(q.lease_expires_at, q.run_at)`;
const open = `q.status in ('pending', 'running')`;

const functions = [
  // Takes one due task of the next tenant in order of ids that has one: of those the highest priority, of these the one that is due
  // longest. From tenant to tenant and from priority to priority it leaps in the index (a loose scan), so that a backlog costs
  // nothing. The turn moves on unless another claim is moving it: then that one's is as good.
  `create function app.claim_task(worker text, lease interval)
    returns table (task uuid, lease_token uuid, lease_expires_at timestamptz) ${definer} as $$
    declare
      moment timestamptz(3) := clock_timestamp();
      first_after uuid := (select t.last_served from sealed.queue_turns t);
      tenant uuid := first_after; has_wrapped boolean := false; level int; job record; given_up int := 0;
    begin
      if worker is null or char_length(worker) < 1 or char_length(worker) > 120 then
        raise exception 'a worker''s name has 1 to 120 characters' using errcode = '22023';
      end if;
      ${refuseLease("lease")}
      loop
        select q.tenant_id into tenant from app.task_queue q where q.tenant_id > tenant and ${open} order by q.tenant_id limit 1;
        if not found then
          if has_wrapped then return; end if;
          has_wrapped := true;
          tenant := '00000000-0000-0000-0000-000000000000';
          continue;
        end if;
        if has_wrapped and tenant > first_after then return; end if;
        continue when not exists (select from app.tenants t where t.id = tenant and t.status = 'active');
        level := 101;
        loop
          select q.priority into level from app.task_queue q
            where q.tenant_id = tenant and q.priority < level and ${open} order by q.priority desc limit 1;
          exit when not found;
          select q.id, q.attempts, q.max_attempts into job from app.task_queue q
            where q.tenant_id = tenant and q.priority = level and ${open} and ${due} <= moment
            order by ${due}, q.id limit 1 for update skip locked;
          continue when not found;
          if job.attempts < job.max_attempts then
            update app.task_queue q set status = 'running', attempts = q.attempts + 1, lease_token = gen_random_uuid(), leased_by = worker,
                lease_expires_at = moment + lease, started_at = moment, updated_at = moment, version = q.version + 1
              where q.tenant_id = tenant and q.id = job.id
              returning q.id, q.lease_token, q.lease_expires_at into task, lease_token, lease_expires_at;
            perform from sealed.queue_turns for update skip locked;
            if found then update sealed.queue_turns set last_served = tenant; end if;
            return next;
            return;
          end if;
          -- Its last worker was lost with it. Others may stand behind it; a tenant that has a great many of these waits for its next turn.
          update app.task_queue q set status = 'failed', error = coalesce(q.error, 'the lease of the last attempt expired'),
              lease_token = null, leased_by = null, lease_expires_at = null, finished_at = moment, updated_at = moment,
              version = q.version + 1
            where q.tenant_id = tenant and q.id = job.id;
          given_up := given_up + 1;
          exit when given_up >= 100;
          level := level + 1;
        end loop;
        given_up := 0;
      end loop;
    end $$`,

  // Enters the tenant of a running task for whoever holds its lease, found by the lease alone; answers the tenant. A task has no user: its
  // own id fills the session's field, and its team is the team that is entered.
  `create function app.enter_task(task uuid, lease uuid, request_id text, action text) returns uuid ${definer} as $$
    declare tenant uuid; tenant_status text; team uuid;
    begin
      perform app.begin_entry();
      select q.tenant_id, t.status, q.team_id into tenant, tenant_status, team
      from app.task_queue q join app.tenants t on t.id = q.tenant_id
      where q.lease_token = lease and q.id = task and q.status = 'running' and q.lease_expires_at > clock_timestamp();
      if not found then
        ${leaseLost}
      end if;
      if tenant_status <> 'active' then
        raise exception 'the tenant is suspended' using errcode = 'SV002';
      end if;
      -- No user has the role task, so it tells a task's context from every user's.
      perform app.set_context(task, null, tenant, 'task', team, request_id, action);
      return tenant;
    end $$`,

  // For a worker that is still at it, in a transaction of its own; answers the new end.
  `create function app.extend_lease(task uuid, lease uuid, extension interval) returns timestamptz ${definer} as $$
    declare until timestamptz(3);
    begin
      ${refuseLease("extension")}
      update app.task_queue q set lease_expires_at = clock_timestamp() + extension, updated_at = clock_timestamp()
        from app.tenants t
        where q.lease_token = lease and q.id = task and q.status = 'running' and q.lease_expires_at > clock_timestamp()
          and t.id = q.tenant_id and t.status = 'active'
        returning q.lease_expires_at into until;
      if not found then
        ${leaseLost}
      end if;
      return until;
    end $$`,

  // Ends the entered task, with what its work has written: completed, failed, or pending again where an attempt is left and a time for it
  // given. Answers which. Whoever has taken the task meanwhile has another lease, so that this changes nothing.
  `create function app.finish_task(lease uuid, outcome text, result jsonb, error text, retry_at timestamptz) returns text ${definer} as $$
    declare context text[] := app.entered(); moment timestamptz(3) := clock_timestamp(); became text;
    begin
      if outcome is null or outcome not in ('completed', 'failed') then
        raise exception 'outcome must be completed or failed, got %', outcome using errcode = '22023';
      end if;
      if context[4] = 'task' then
        update app.task_queue q set
            status = n.status, result = finish_task.result, error = finish_task.error, lease_token = null, leased_by = null,
            lease_expires_at = null, run_at = case n.status when 'pending' then retry_at else q.run_at end,
            finished_at = case n.status when 'pending' then null else moment end, updated_at = moment, version = q.version + 1
          from (select q2.tenant_id, q2.id, case when outcome = 'failed' and retry_at is not null and q2.attempts < q2.max_attempts
              then 'pending' else outcome end as status from app.task_queue q2
            where q2.tenant_id = context[1]::uuid and q2.id = context[3]::uuid) n
          where q.tenant_id = n.tenant_id and q.id = n.id and q.lease_token = lease and q.status = 'running'
          returning q.status into became;
      end if;
      if became is null then
        ${leaseLost}
      end if;
      return became;
    end $$`,
];

/** The API's word for a table, as `nounOf` in `tenancy/noun-of.ts` has it. */
const nounOfTable = `case tg_table_name when 'secret_locker' then 'secrets' when 'task_queue' then 'tasks'
  when 'tenant_api_keys' then 'apiKeys'
  else left(tg_table_name, 1) || substr(replace(initcap(replace(tg_table_name, '_', ' ')), ' ', ''), 2) end`;

const withoutWorker = { task: "", actor: "context[2]::uuid", isSystem: "context is null" };

/** What a task does is the system's doing, and the record names the task. That a worker is still at it changes nothing of the tenant's. */
const forWorker = {
  task: `if session_user = 'severalty_worker' and details = '{"changed": ["lease_expires_at"]}' then return null; end if;
      if context[4] = 'task' then details := details || jsonb_build_object('taskId', context[3]); end if;`,
  actor: "nullif(context[2], '')::uuid",
  isSystem: "context is null or context[4] = 'task'",
};

/** `app.audit` of 0018, with who acts and what is said of it. */
const audit = ({
  task,
  actor,
  isSystem,
}: typeof forWorker) => `create or replace function app.audit() returns trigger ${definer} as $$
    declare context text[] := coalesce(app.entered(), app.platform_entered()); of_tenant uuid; resource uuid; details jsonb := '{}'; noun text := ${nounOfTable};
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
      if context[4] = 'platform' then details := details || jsonb_build_object('grantId', context[8]); end if;
      ${task}
      insert into app.audit_logs (tenant_id, timestamp, id, user_id, actor_kind, action, outcome, resource_type, resource_id,
        details, request_id, execution_ms)
      values (of_tenant, now(), app.uuid_v7(), ${actor},
        case when ${isSystem} then 'system' when context[4] in ('api_key', 'platform') then context[4] else 'user' end,
        coalesce(nullif(context[7], ''), noun || '.' || case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'remove' end),
        'ok', noun, resource, details, nullif(context[6], ''),
        (extract(epoch from clock_timestamp() - now()) * 1000)::int);
      return null;
    end $$`;
