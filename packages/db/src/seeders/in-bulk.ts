import { withConnection } from "../with-connection.ts";

/**
 * Runs work that writes very many documents. Meanwhile the index of their words keeps a list of pending entries, 64 MB at most, which is sorted
 * in at once: a fifth of the time. Whoever searches meanwhile reads that list too. What is cut short leaves it so, until the next comes to its end.
 */
export const inBulk = <Result>(url: string, work: () => Promise<Result>): Promise<Result> =>
  withConnection(url, "severalty-seeder", async (client) => {
    await client.query("alter index app.documents_words_index set (fastupdate = on, gin_pending_list_limit = 65536)");
    try {
      return await work();
    } finally {
      await client.query("alter index app.documents_words_index reset (gin_pending_list_limit)");
      await client.query("alter index app.documents_words_index set (fastupdate = off)");
      await client.query("select gin_clean_pending_list('app.documents_words_index')");
    }
  });
