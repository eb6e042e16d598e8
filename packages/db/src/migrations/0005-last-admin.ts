import { Migration } from "@mikro-orm/migrations";

/**
 * A tenant that has an active administrator keeps one. The count is a row of its own, which two transactions that each remove "the
 * other" administrator both have to change: the second one waits and sees the first, or, in REPEATABLE READ, fails and is tried again.
 */
export class LastAdmin extends Migration {
  override up(): void {
    this.addSql(`create table sealed.admin_counts (
      tenant_id uuid primary key,
      active int not null check (active >= 0),
      constraint admin_counts_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade
    )`);
    this.addSql(`alter table sealed.admin_counts enable row level security`);
    this.addSql(`alter table sealed.admin_counts force row level security`);
    this.addSql(`grant select, insert, update on sealed.admin_counts to severalty_gate`);
    this.addSql(`insert into sealed.admin_counts (tenant_id, active)
      select tenant_id, count(*) from app.users where status = 'active' and role in ('agency_admin', 'admin') group by tenant_id`);

    this.addSql(`create function app.keep_an_admin() returns trigger language plpgsql volatile security definer
      set search_path = pg_catalog, pg_temp as $$
      declare was boolean := false; is_now boolean := false; of_tenant uuid; remaining int;
      begin
        if tg_op <> 'INSERT' then
          was := old.status = 'active' and old.role in ('agency_admin', 'admin');
          of_tenant := old.tenant_id;
        end if;
        if tg_op <> 'DELETE' then
          is_now := new.status = 'active' and new.role in ('agency_admin', 'admin');
          of_tenant := new.tenant_id;
        end if;
        if is_now and not was then
          insert into sealed.admin_counts (tenant_id, active) values (of_tenant, 1)
            on conflict (tenant_id) do update set active = sealed.admin_counts.active + 1;
        elsif was and not is_now then
          -- No row: the whole tenant is being erased, and its count went first.
          update sealed.admin_counts set active = active - 1 where tenant_id = of_tenant returning active into remaining;
          if remaining = 0 and exists (select from app.tenants where id = of_tenant) then
            raise exception 'a tenant keeps at least one active administrator' using errcode = 'SV004';
          end if;
        end if;
        return null;
      end $$`);
    this.addSql(`grant create on schema app to severalty_gate`);
    this.addSql(`revoke all on function app.keep_an_admin() from public`);
    this.addSql(`alter function app.keep_an_admin() owner to severalty_gate`);
    this.addSql(`revoke create on schema app from severalty_gate`);
    this.addSql(`create trigger users_keep_an_admin after insert or update of role, status, tenant_id or delete on app.users
      for each row execute function app.keep_an_admin()`);
    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    this.addSql(`drop trigger users_keep_an_admin on app.users`);
    this.addSql(`drop function app.keep_an_admin()`);
    this.addSql(`drop table sealed.admin_counts`);
  }
}
