import { Migration } from "@mikro-orm/migrations";

/** What the queue's claim and entry look tasks up by, made while writers go on. Half-made indexes are dropped first. */
export class QueueIndexes extends Migration {
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    this.addSql(`drop index concurrently if exists app.task_queue_open_index`);
    this.addSql(`create index concurrently task_queue_open_index
      on app.task_queue (tenant_id, priority, (coalesce(lease_expires_at, run_at)), id) where status in ('pending', 'running')`);
    this.addSql(`drop index concurrently if exists app.task_queue_lease_token_index`);
    this.addSql(
      `create index concurrently task_queue_lease_token_index on app.task_queue (lease_token) where status = 'running'`,
    );
  }

  override down(): void {
    this.addSql(`drop index concurrently if exists app.task_queue_lease_token_index`);
    this.addSql(`drop index concurrently if exists app.task_queue_open_index`);
  }
}
