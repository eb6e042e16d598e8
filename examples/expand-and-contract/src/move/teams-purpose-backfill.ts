import { Migration } from "@mikro-orm/migrations";

/**
 * Fills the new column of rows that nobody has changed since, of every tenant, a thousand at a time, each batch in a transaction of its
 * own. It waits for no row: what a server has locked is passed over, and looked for again at the end. Then the check is validated, under
 * a lock that lets readers and writers go on, and fails if a row was missed.
 */
export class TeamsPurposeBackfill extends Migration {
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    this.addSql(`do $$
      declare
        nowhere constant uuid := '00000000-0000-0000-0000-000000000000';
        at_tenant uuid := nowhere;
        at_id uuid := nowhere;
      begin
        loop
          with batch as (
            select tenant_id, id from app.teams
            where (tenant_id, id) > (at_tenant, at_id) and purpose is null
            order by tenant_id, id limit 1000 for update skip locked
          ), filled as (
            update app.teams t set purpose = t.description from batch b
            where t.tenant_id = b.tenant_id and t.id = b.id
            returning t.tenant_id, t.id
          )
          select f.tenant_id, f.id into at_tenant, at_id from filled f order by f.tenant_id desc, f.id desc limit 1;
          commit;
          if at_id is null then
            exit when not exists (select from app.teams where purpose is null);
            at_tenant := nowhere;
            at_id := nowhere;
            perform pg_sleep(0.1);
          end if;
        end loop;
      end $$`);
    this.addSql(`alter table app.teams validate constraint teams_purpose_check`);
  }

  /** What was filled may stay: the trigger keeps it right. */
  override down(): void {
    return;
  }
}
