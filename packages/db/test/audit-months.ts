import { randomUUID } from "node:crypto";
import type { TenantId } from "@severalty/domain/ids";
import type { Client } from "pg";
import { monthOfPartition, textOf } from "../src/partitions/month.ts";

/** Writes a record of a tenant at a time of one's own, past every policy. */
export const insertRecord = async (admin: Client, { tenantId }: { tenantId: TenantId }, at: string): Promise<void> => {
  await admin.query(
    `insert into app.audit_logs (tenant_id, timestamp, id, actor_kind, action, resource_type, details, cost_usd)
     values ($1, $2, $3, 'system', 'tests.travel', 'tests', '{"a": [1]}', 0.000001)`,
    [tenantId, at, randomUUID()],
  );
};

/** Months with a table of their own in a schema, in order. */
export const monthsIn = async (admin: Client, schema: "app" | "archive"): Promise<string[]> => {
  const { rows } = await admin.query<{ name: string }>(
    "select relname::text as name from pg_class where relnamespace = $1::regnamespace order by 1",
    [schema],
  );
  return rows.flatMap(({ name }) => monthOfPartition(name) ?? []).map(textOf);
};

/** Every row of a table, as PostgreSQL prints it, in order. */
export const rowsIn = async (admin: Client, table: string): Promise<string[]> => {
  const { rows } = await admin.query<{ row: string }>(`select to_jsonb(r)::text as row from ${table} r order by 1`);
  return rows.map(({ row }) => row);
};

/** Every row of the log. */
export const logRows = (admin: Client): Promise<string[]> => rowsIn(admin, "app.audit_logs");
