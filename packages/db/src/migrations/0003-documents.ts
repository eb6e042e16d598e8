import { Migration } from "@mikro-orm/migrations";

/** Documents: the first business table of a tenant. */
export class Documents extends Migration {
  override up(): void {
    this.addSql(`create table app.documents (
      tenant_id uuid not null,
      id uuid not null,
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      user_id uuid not null,
      parent_id uuid null,
      title text not null,
      content text not null default '',
      content_hash text not null,
      metadata jsonb not null default '{}',
      version int not null default 1,
      primary key (tenant_id, id),
      constraint documents_tenant_id_foreign foreign key (tenant_id) references app.tenants (id) on update no action on delete cascade,
      constraint documents_tenant_id_user_id_foreign foreign key (tenant_id, user_id) references app.users (tenant_id, id)
        on update no action on delete no action,
      constraint documents_tenant_id_parent_id_foreign foreign key (tenant_id, parent_id) references app.documents (tenant_id, id)
        on update no action on delete no action,
      constraint documents_title_check check (char_length(title) between 1 and 300),
      constraint documents_content_hash_check check (content_hash ~ '^[0-9a-f]{64}$'),
      constraint documents_metadata_check check (jsonb_typeof(metadata) = 'object')
    )`);
    this.addSql(`create index documents_tenant_id_user_id_index on app.documents (tenant_id, user_id)`);
    this.addSql(`create index documents_tenant_id_parent_id_index on app.documents (tenant_id, parent_id)`);
    this.addSql(`alter table app.documents enable row level security`);
    this.addSql(`alter table app.documents force row level security`);
    this.addSql(`create policy documents_severalty_app_policy on app.documents to severalty_app
      using (tenant_id = app.tenant_id()) with check (tenant_id = app.tenant_id())`);
    this.addSql(`grant select, insert, update, delete on app.documents to severalty_app`);
    this.addSql(
      `create trigger documents_audit after insert or update or delete on app.documents for each row execute function app.audit()`,
    );
    this.addSql(`reassign owned by severalty_migrator to severalty_owner`);
  }

  override down(): void {
    this.addSql(`drop table app.documents`);
  }
}
