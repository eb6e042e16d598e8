import type { EntityManager } from "@mikro-orm/postgresql";
import pRetry from "p-retry";
import { isTransient } from "../database-error.ts";

/** Attempts after the first when the database was away or two transactions collided; they wait 0.1, 0.2, 0.4 and 0.8 seconds. */
const retries = 4;

/**
 * Runs `work` in one transaction of a fork. What `work` throws rolls everything back. A passing failure runs it again in a fork of its
 * own, unless COMMIT of what may have been written was already under way and its outcome is unknown.
 */
export const retriedTransaction = <Result>(
  fork: () => EntityManager,
  work: (em: EntityManager) => Promise<Result>,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<Result> => {
  let isCommitting = false;
  const attempt = () =>
    fork().transactional(
      async (tx) => {
        const result = await work(tx);
        isCommitting = !readOnly;
        return result;
      },
      { readOnly },
    );
  return pRetry(attempt, {
    retries,
    minTimeout: 100,
    shouldRetry: ({ error }) => !isCommitting && isTransient(error),
  });
};
