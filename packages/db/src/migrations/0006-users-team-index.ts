import { Migration } from "@mikro-orm/migrations";

/** The look-up of a team's members, made while writers go on. A half-made index of a run that was cut short is dropped first. */
export class UsersTeamIndex extends Migration {
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    this.addSql(`drop index concurrently if exists app.users_tenant_id_team_id_index`);
    this.addSql(`create index concurrently users_tenant_id_team_id_index on app.users (tenant_id, team_id)`);
  }

  override down(): void {
    this.addSql(`drop index concurrently if exists app.users_tenant_id_team_id_index`);
  }
}
