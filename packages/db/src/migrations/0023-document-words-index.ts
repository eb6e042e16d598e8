import { Migration } from "@mikro-orm/migrations";

/**
 * The words of documents, made while writers go on; a half-made index is dropped first. Without a list of pending entries a write pays for its
 * own words and for nobody else's, and a search reads none that are not sorted in yet.
 */
export class DocumentWordsIndex extends Migration {
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    this.addSql(`drop index concurrently if exists app.documents_words_index`);
    this.addSql(`create index concurrently documents_words_index
      on app.documents using gin (app.document_words(tenant_id, id, title, content, metadata)) with (fastupdate = off)`);
  }

  override down(): void {
    this.addSql(`drop index concurrently if exists app.documents_words_index`);
  }
}
