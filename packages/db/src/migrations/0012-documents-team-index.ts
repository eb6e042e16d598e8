import { Migration } from "@mikro-orm/migrations";

/** The look-up of a team's documents, made while writers go on. A half-made index of a run that was cut short is dropped first. */
export class DocumentsTeamIndex extends Migration {
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    this.addSql(`drop index concurrently if exists app.documents_tenant_id_team_id_index`);
    this.addSql(`create index concurrently documents_tenant_id_team_id_index on app.documents (tenant_id, team_id)`);
  }

  override down(): void {
    this.addSql(`drop index concurrently if exists app.documents_tenant_id_team_id_index`);
  }
}
