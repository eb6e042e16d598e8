import { Migration } from "@mikro-orm/migrations";

/** The migrator may insert demo data by the hundred thousand rows and record it itself, as of when it is said to have been made. */
export class Seeding extends Migration {
  override up(): void {
    this.addSql(
      audit(
        `if session_user = 'severalty_migrator' and current_setting('app.seeding', true) = 'on' then return null; end if;`,
      ),
    );
  }

  override down(): void {
    this.addSql(audit(""));
  }
}

/** `app.audit()` as it was, with a first line. */
const audit = (
  first: string,
) => `create or replace function app.audit() returns trigger language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
    declare context text[] := app.entered(); of_tenant uuid; resource uuid; details jsonb := '{}';
    begin
      ${first}
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
    end $$`;
