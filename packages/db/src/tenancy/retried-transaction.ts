import type { EntityManager } from "@mikro-orm/postgresql";
import pRetry from "p-retry";
import { isTransient } from "../database-error.ts";
import { transactionIn } from "../driver/tenant-connection.ts";

/** Attempts after the first when the database was away or two transactions collided; they wait 0.1, 0.2, 0.4 and 0.8 seconds. */
const retries = 4;

/**
 * Runs `work` in one transaction of an entity manager that is made for it. What `work` throws rolls everything back. A passing failure runs
 * it again with another, unless COMMIT of what may have been written was under way and nobody knows what became of it.
 */
export const retriedTransaction = <Result>(
  manager: () => EntityManager,
  work: (em: EntityManager) => Promise<Result>,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<Result> => {
  let isOutcomeUnknown = false;
  const attempt = async () => {
    const em = manager();
    await em.begin({ readOnly });
    const transaction = transactionIn(em);
    try {
      const result = await work(em);
      // What only reads has nothing to flush.
      await (readOnly ? transaction?.commit() : em.commit());
      return result;
    } catch (error) {
      isOutcomeUnknown = transaction?.isOutcomeUnknown === true;
      await em.rollback();
      throw error;
    }
  };
  return pRetry(attempt, {
    retries,
    minTimeout: 100,
    shouldRetry: ({ error }) => !isOutcomeUnknown && isTransient(error),
  });
};
