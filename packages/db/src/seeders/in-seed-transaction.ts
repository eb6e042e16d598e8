import type { Client } from "pg";
import { withConnection } from "../with-connection.ts";

/**
 * Runs `work` in one transaction as the migrator, one seeder at a time unless several may go `together`; what it throws rolls everything
 * back.
 */
export const inSeedTransaction = <Result>(
  url: string,
  work: (client: Client) => Promise<Result>,
  { together = false }: { together?: boolean } = {},
): Promise<Result> =>
  // Ending the connection rolls back what was not committed.
  withConnection(url, "severalty-seeder", async (client) => {
    await client.query("begin");
    const lock = together ? "pg_advisory_xact_lock_shared" : "pg_advisory_xact_lock";
    await client.query(`select ${lock}(hashtext('severalty/seeder'))`);
    const result = await work(client);
    await client.query("commit");
    return result;
  });
