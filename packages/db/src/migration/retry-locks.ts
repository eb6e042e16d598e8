import pRetry from "p-retry";
import { sqlstateOf } from "./server-message.ts";

/** SQLSTATEs lock_not_available, when `lock_timeout` passed, and deadlock_detected (PostgreSQL manual, appendix A). */
const heldByOthers: readonly (string | undefined)[] = ["55P03", "40P01"];

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
    shouldRetry: ({ error }) => heldByOthers.includes(sqlstateOf(error)),
    onFailedAttempt: ({ error, retriesLeft, attemptNumber }) => {
      if (retriesLeft > 0 && heldByOthers.includes(sqlstateOf(error))) onHeld(attemptNumber);
    },
  });
