import type { Client } from "pg";

/** Runs `work` in a transaction of the client; what it throws rolls everything back. */
export const inTransaction = async <Result>(client: Client, work: () => Promise<Result>): Promise<Result> => {
  await client.query("begin");
  try {
    const result = await work();
    await client.query("commit");
    return result;
  } catch (error) {
    // A lost connection has rolled back by itself, and must not hide why it was lost.
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
};
