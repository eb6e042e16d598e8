import { Migration } from "@mikro-orm/migrations";

/**
 * Where months of the audit log go when they are past their retention: no role of the server can use the schema. The months' partitions
 * themselves are made by the clock and not by a migration; see `partitions/maintain-audit-partitions.ts`.
 */
export class AuditArchive extends Migration {
  override up(): void {
    this.addSql(`create schema archive`);
    this.addSql(`alter schema archive owner to severalty_owner`);
  }

  override down(): void {
    this.addSql(`drop schema archive cascade`);
    // A month that was made and not yet attached is no part of the log, and would hold on to app.tenants.
    this.addSql(`do $$
      declare leftover regclass;
      begin
        for leftover in select oid::regclass from pg_class
          where relnamespace = 'app'::regnamespace and relkind = 'r' and not relispartition and relname ~ '^audit_logs_\\d{4}_\\d{2}$'
        loop execute 'drop table ' || leftover; end loop;
      end $$`);
  }
}
