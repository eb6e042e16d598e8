import type { ErrorData } from "@severalty/api/errors";
import type { AppRouter } from "@severalty/api/root";
import { TRPCClientError } from "@trpc/client";

/** A tRPC error code as the server answers it, or `CLIENT_ERROR` when no server did. */
export type ErrorCode = ErrorData["code"] | "CLIENT_ERROR";

/** What is known of a failed call. */
export interface ErrorFacts {
  readonly code: ErrorCode;
  readonly httpStatus: number | null;
  readonly reason: string;
  readonly requestId?: string | null;
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

/**
 * What every call of the client throws. The message may be shown to a user. Reasons that start with `client/` never came from a server:
 * `client/network` (no answer: a mutation may have been done or not), `client/bad-answer` (not a Severalty server's), `client/aborted`,
 * `client/signed-out`, `client/invalid-idempotency-key`, `client/unexpected`.
 */
export class SeveraltyError extends TRPCClientError<AppRouter> {
  readonly code: ErrorCode;
  /** HTTP status of this call's answer; null when there was none. */
  readonly httpStatus: number | null;
  /** A stable machine word, such as `documents/not-found`. */
  readonly reason: string;
  /** By which the server's log names the request; null when no server answered. */
  readonly requestId: string | null;
  /** Messages by input field when the input broke a rule, otherwise empty. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(message: string, facts: ErrorFacts, options: ConstructorParameters<typeof TRPCClientError>[1] = {}) {
    super(message, options);
    // tRPC's constructor resets the prototype to its own.
    Object.setPrototypeOf(this, SeveraltyError.prototype);
    this.name = "SeveraltyError";
    this.code = facts.code;
    this.httpStatus = facts.httpStatus;
    this.reason = facts.reason;
    this.requestId = facts.requestId ?? null;
    this.fields = facts.fields ?? {};
  }

  /** Whether the same call may succeed later, unchanged. Says nothing of whether a mutation was done already. */
  get isRetryable(): boolean {
    return retryableCodes.has(this.code) || retryableReasons.has(this.reason);
  }
}

const retryableCodes: ReadonlySet<ErrorCode> = new Set([
  "TIMEOUT",
  "TOO_MANY_REQUESTS",
  "BAD_GATEWAY",
  "SERVICE_UNAVAILABLE",
  "GATEWAY_TIMEOUT",
] as const);

const retryableReasons: ReadonlySet<string> = new Set(["client/network", "auth/refresh-in-progress"]);

/** Any failure as the one error that callers see. */
export const toSeveraltyError = (error: unknown): SeveraltyError => {
  if (error instanceof SeveraltyError) return error;
  if (isAnswered(error)) {
    return new SeveraltyError(error.message, error.data, {
      result: { error: error.shape },
      ...(error.meta === undefined ? {} : { meta: error.meta }),
    });
  }
  const cause = error instanceof Error ? error : new Error(String(error));
  return new SeveraltyError(cause.message, clientFacts("client/unexpected"), { cause });
};

/** The facts of a failure that no server answered. */
export const clientFacts = (reason: `client/${string}`): ErrorFacts => ({
  code: "CLIENT_ERROR",
  httpStatus: null,
  reason,
});

/** The caller's signal was aborted, or his time-out passed. */
export const createAbortedError = (reason: unknown): SeveraltyError =>
  new SeveraltyError("the call was aborted", clientFacts("client/aborted"), {
    cause: reason instanceof Error ? reason : new Error(String(reason)),
  });

type Shape = NonNullable<TRPCClientError<AppRouter>["shape"]>;

const isAnswered = (error: unknown): error is TRPCClientError<AppRouter> & { shape: Shape; data: ErrorData } =>
  error instanceof TRPCClientError &&
  typeof error.shape === "object" &&
  typeof error.data === "object" &&
  error.data !== null;
