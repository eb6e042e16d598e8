import type { Client } from "pg";
import { inTransaction } from "./in-transaction.ts";
import { type Month, partitionNameOf } from "./month.ts";

/**
 * Takes a month out of the log as a whole, into the archive or, with `drop`, for good. DETACH CONCURRENTLY is not to be had while there is
 * a default partition, so everybody waits for as long as the catalog takes; no row is read or deleted.
 */
export const retireMonth = (client: Client, month: Month, { drop }: { readonly drop: boolean }): Promise<void> =>
  inTransaction(client, async () => {
    const name = partitionNameOf(month);
    await client.query(`
      lock table only app.tenants in share row exclusive mode;
      lock table only app.audit_logs in access exclusive mode;
      ${drop ? `drop table app.${name}` : `alter table only app.audit_logs detach partition app.${name}; alter table app.${name} set schema archive`}`);
  });
