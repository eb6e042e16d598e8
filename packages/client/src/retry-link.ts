import type { AppRouter } from "@severalty/api/root";
import type { Operation, TRPCLink } from "@trpc/client";
import { asyncLink } from "./async-link.ts";
import { asOneCall } from "./auth-link.ts";
import { idempotencyKeyOf } from "./idempotency.ts";
import { toSeveraltyError, type SeveraltyError } from "./severalty-error.ts";
import { wait } from "./wait.ts";

/** How patient the link is. */
export interface RetryOptions {
  /** How often a call is repeated, at most. */
  readonly retries: number;
  /** The wait before the first repetition, in milliseconds; each next one is twice as long. */
  readonly retryDelayMs: number;
}

/** Longest wait before a repetition, in milliseconds. */
const retryDelayMsMax = 5_000;

/**
 * Repeats queries that a passing failure met, and mutations that bear an idempotency key. Never another mutation: without an answer nobody
 * knows whether it was done.
 */
export const retryLink = ({ retries, retryDelayMs }: RetryOptions): TRPCLink<AppRouter> =>
  asyncLink(async (asked, send) => {
    const op = asOneCall(asked);
    const attemptsMax = isRepeatable(op) ? retries + 1 : 1;
    for (let attempt = 1; ; attempt++) {
      try {
        return await send(op);
      } catch (cause) {
        const error = toSeveraltyError(cause);
        if (attempt >= attemptsMax || !isWorthRepeating(error)) throw error;
        await wait(Math.min(retryDelayMs * 2 ** (attempt - 1), retryDelayMsMax), op.signal);
      }
    }
  });

/** What is below `auth` and `platform` takes no key: its mutations are done as often as they are sent. */
const isRepeatable = (op: Operation): boolean =>
  op.type === "query" || (idempotencyKeyOf(op) !== undefined && !/^(?:auth|platform)\./.test(op.path));

/** A rate limit lasts for minutes, and each repetition would use it up further: that is left to the caller. */
const isWorthRepeating = ({ isRetryable, code, reason }: SeveraltyError): boolean =>
  isRetryable && code !== "TOO_MANY_REQUESTS" && reason !== "auth/refresh-in-progress";
