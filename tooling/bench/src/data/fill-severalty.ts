import { withClient } from "@severalty/postgres/with-client";
import { documentsSql, prepareDocuments } from "./documents-sql.ts";
import type { WorldSize } from "./world.ts";

/** Fills a database that the migrator has made: tenants with users, one of them signed in for a day, and documents. */
export const fillSeveralty = (adminUrl: string, size: WorldSize): Promise<void> =>
  withClient(adminUrl, async (admin) => {
    await prepareDocuments(admin, size);
    // Past triggers: what the data says of itself holds without them, and nobody wants an audit row for each.
    await admin.query("set session_replication_role = replica");
    for (const sql of inserts) await admin.query(sql);
    await admin.query("reset session_replication_role");
    await admin.query("vacuum (analyze, freeze)");
  });

const times = "pg_temp.made_at(0), pg_temp.made_at(0)";

const inserts = [
  `insert into app.tenants (id, slug, name, created_at, updated_at)
    select pg_temp.tenant_id(t, 0), 'bench-' || t, 'Tenant ' || t, ${times} from tenant`,
  `insert into auth.identities (id, email, created_at, updated_at)
    select pg_temp.identity_id(t, u), 'user-' || u || '@tenant-' || t || '.example', ${times} from member`,
  `insert into app.users (tenant_id, id, identity_id, username, email, name, role, created_at, updated_at)
    select pg_temp.tenant_id(t, 0), pg_temp.user_id(t, u), pg_temp.identity_id(t, u), 'user-' || u,
      'user-' || u || '@tenant-' || t || '.example', 'Author ' || t || '-' || u, 'agency_admin', ${times} from member`,
  `insert into auth.sessions (id, identity_id, tenant_id, user_id, expires_at, created_at, updated_at)
    select pg_temp.session_id(t, 0), pg_temp.identity_id(t, 0), pg_temp.tenant_id(t, 0), pg_temp.user_id(t, 0),
      now() + interval '1 day', ${times} from tenant`,
  `insert into app.documents (tenant_id, id, user_id, title, content, content_hash, metadata, created_at, updated_at)
    select tenant_id, id, author_id, title, content, content_hash, metadata, made_at, made_at from (${documentsSql}) _`,
];
