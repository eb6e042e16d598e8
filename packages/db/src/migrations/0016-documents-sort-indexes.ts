import { Migration } from "@mikro-orm/migrations";

/** Documents in each of the orders that a list may ask for, made while writers go on. Half-made indexes are dropped first. */
export class DocumentsSortIndexes extends Migration {
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    this.addSql(`drop index concurrently if exists app.documents_tenant_id_title_id_index`);
    this.addSql(`create index concurrently documents_tenant_id_title_id_index on app.documents (tenant_id, title, id)`);
    this.addSql(`drop index concurrently if exists app.documents_tenant_id_created_at_id_index`);
    this.addSql(
      `create index concurrently documents_tenant_id_created_at_id_index on app.documents (tenant_id, created_at, id)`,
    );
    this.addSql(`drop index concurrently if exists app.documents_tenant_id_updated_at_id_index`);
    this.addSql(
      `create index concurrently documents_tenant_id_updated_at_id_index on app.documents (tenant_id, updated_at, id)`,
    );
  }

  override down(): void {
    this.addSql(`drop index concurrently if exists app.documents_tenant_id_updated_at_id_index`);
    this.addSql(`drop index concurrently if exists app.documents_tenant_id_created_at_id_index`);
    this.addSql(`drop index concurrently if exists app.documents_tenant_id_title_id_index`);
  }
}
