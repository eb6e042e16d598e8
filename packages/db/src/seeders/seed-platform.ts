import { platformSlug } from "@severalty/domain/tenant";
import type { NewId, TenantId } from "@severalty/domain/ids";
import type { Client } from "pg";

/** The reserved tenant of platform administrators, made if absent. Returns its id. */
export const seedPlatform = async (client: Client, newId: NewId): Promise<TenantId> => {
  await client.query(
    `insert into app.tenants (id, slug, name, created_at, updated_at) values ($1, $2, 'Platform', now(), now())
     on conflict (slug) do nothing`,
    [newId<TenantId>(), platformSlug],
  );
  const { rows } = await client.query<{ id: TenantId }>("select id from app.tenants where slug = $1", [platformSlug]);
  const [platform] = rows;
  if (platform === undefined) throw new Error("the tenant platform was just made and is not there");
  return platform.id;
};
