import type { AppRouter } from "@severalty/api/root";
import type { Operation, OperationResultEnvelope, TRPCClientError, TRPCLink } from "@trpc/client";
import { observable, type Observable } from "@trpc/server/observable";
import { createAbortedError, toSeveraltyError } from "./severalty-error.ts";

/** A call's answer on its way through the links. */
export type Answer = OperationResultEnvelope<unknown, TRPCClientError<AppRouter>>;

/** Passes a call on to the next link. */
export type Send = (op: Operation) => Promise<Answer>;

/**
 * A link written as an async function, whose failures leave as `SeveraltyError`. A call that its caller aborts fails at once, whatever it
 * waits for; a batch that it shares goes on for the others.
 */
export const asyncLink =
  (handle: (op: Operation, send: Send) => Promise<Answer>): TRPCLink<AppRouter> =>
  () =>
  ({ op, next }) =>
    observable((observer) => {
      const stop = new AbortController();
      const abort = () => {
        observer.error(createAbortedError(op.signal?.reason));
      };
      op.signal?.addEventListener("abort", abort, { once: true });
      if (op.signal?.aborted === true) abort();
      else {
        handle({ ...op, signal: stop.signal }, (sent) => answerOf(next(sent), stop.signal)).then(
          (answer) => {
            observer.next(answer);
            observer.complete();
            return undefined;
          },
          (error: unknown) => observer.error(toSeveraltyError(error)),
        );
      }
      return () => {
        op.signal?.removeEventListener("abort", abort);
        stop.abort();
      };
    });

const answerOf = (calls: Observable<unknown, unknown>, stop: AbortSignal): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const subscription = calls.subscribe({
      next: (answer) => resolve(answer as Answer),
      error: reject,
    });
    stop.addEventListener("abort", () => {
      subscription.unsubscribe();
      reject(createAbortedError(stop.reason));
    });
  });
