import pRetry from "p-retry";
import { sqlstateOf } from "./server-message.ts";

/** SQLSTATE lock_not_available: `lock_timeout` passed (PostgreSQL manual, appendix A). */
const lockNotAvailable = "55P03";

/** Runs `work` again while another session holds a lock that it needs; waits between attempts grow from 0.1 to 5 seconds. */
export const retryLocks = (
  work: () => Promise<void>,
  { attempts, onHeld }: { readonly attempts: number; readonly onHeld: (attempt: number) => void },
): Promise<void> =>
  pRetry(work, {
    retries: attempts - 1,
    minTimeout: 100,
    maxTimeout: 5_000,
    randomize: true,
    shouldRetry: ({ error }) => sqlstateOf(error) === lockNotAvailable,
    onFailedAttempt: ({ error, retriesLeft, attemptNumber }) => {
      if (retriesLeft > 0 && sqlstateOf(error) === lockNotAvailable) onHeld(attemptNumber);
    },
  });
