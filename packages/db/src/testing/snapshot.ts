import { createHash } from "node:crypto";
import type { TenantId } from "@severalty/domain/ids";
import type { Client } from "pg";

/** Every row, as PostgreSQL prints it, by table. */
export type Snapshot = Record<string, string[]>;

/** The rows of every table of `app` and `auth`, less those of one tenant, or of several: two equal snapshots mean that nothing changed. */
export const snapshot = async (
  admin: Client,
  options: { except?: TenantId | readonly TenantId[] } = {},
): Promise<Snapshot> => {
  const { rows: tables } = await admin.query<{ name: string; tenant: string | null }>(
    `select c.oid::regclass::text as name, case when c.oid = 'app.tenants'::regclass then 'id' else a.attname::text end as tenant
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     left join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
     where n.nspname in ('app', 'auth') and c.relkind = 'r' order by 1`,
  );
  const selects = tables.map(
    ({ name, tenant }) =>
      `select '${name}' as name, coalesce(array_agg(r::text order by r::text), '{}') as rows from ${name} r
       where $1::uuid[] is null or ${tenant === null ? "true" : `(r.${tenant} = any ($1)) is not true`}`,
  );
  const text = selects.join(" union all ");
  const { rows } = await admin.query<{ name: string; rows: string[] }>({
    // Planned once per connection: planning so many tables takes longer than reading them.
    name: `snapshot-${createHash("sha256").update(text).digest("hex").slice(0, 16)}`,
    text,
    values: [options.except === undefined ? null : [options.except].flat()],
  });
  return Object.fromEntries(rows.map((row) => [row.name, row.rows]));
};
