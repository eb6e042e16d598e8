import { Migration } from "@mikro-orm/migrations";

/** What belongs to a team is for that team; documents may belong to one. */
export class TeamVisibility extends Migration {
  override up(): void {
    // Not definers, and without settings of their own, so that they are inlined. They need not check the seal: a row is only asked
    // about once the policy has let it through, which it does for a valid seal alone, and they read that same sealed text.
    this.addSql(`create function app.team_id() returns uuid language sql stable parallel safe as $$
      select nullif(pg_catalog.split_part(pg_catalog.current_setting('app.context', true), '|', 5), '')::pg_catalog.uuid $$`);
    this.addSql(`create function app.sees_all_teams() returns boolean language sql stable parallel safe as $$
      select pg_catalog.split_part(pg_catalog.current_setting('app.context', true), '|', 4) in ('agency_admin', 'api_key') $$`);
    this.addSql(`revoke all on function app.team_id(), app.sees_all_teams() from public`);
    this.addSql(`grant execute on function app.team_id(), app.sees_all_teams() to severalty_app`);

    this.addSql(`alter table app.documents add column team_id uuid null`);
    this.addSql(`alter table app.documents add constraint documents_tenant_id_team_id_foreign foreign key (tenant_id, team_id)
      references app.teams (tenant_id, id) on update no action on delete no action not valid`);
    this.addSql(`alter table app.documents validate constraint documents_tenant_id_team_id_foreign`);
    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    this.addSql(`alter table app.documents drop column team_id`);
    this.addSql(`drop function app.sees_all_teams(), app.team_id()`);
  }
}
