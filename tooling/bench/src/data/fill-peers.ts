import { withClient } from "@severalty/postgres/with-client";
import { documentsSql, prepareDocuments } from "./documents-sql.ts";
import { peerGrants, peerIndexes, peerTables } from "./peers-schema.ts";
import type { WorldSize } from "./world.ts";

/** Makes the database that the peers share, with the same documents as Severalty's. */
export const fillPeers = (adminUrl: string, size: WorldSize): Promise<void> =>
  withClient(adminUrl, async (admin) => {
    await prepareDocuments(admin, size);
    for (const sql of [...peerTables, ...inserts, ...peerIndexes, ...peerGrants]) await admin.query(sql);
    await admin.query("vacuum (analyze, freeze)");
  });

const inserts = [
  `insert into tenants (id, slug, name) select pg_temp.tenant_id(t, 0), 'bench-' || t, 'Tenant ' || t from tenant`,
  `insert into users (id, tenant_id, name, email) select pg_temp.user_id(t, u), pg_temp.tenant_id(t, 0), 'Author ' || t || '-' || u,
    'user-' || u || '@tenant-' || t || '.example' from member`,
  `insert into documents (id, tenant_id, author_id, title, content, content_hash, metadata, created_at)
    select id, tenant_id, author_id, title, content, content_hash, metadata, made_at from (${documentsSql}) _`,
];
