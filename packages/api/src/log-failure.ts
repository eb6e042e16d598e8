import { isTransient } from "@severalty/db/database-error";
import { DomainError } from "@severalty/domain/errors";
import type { TRPCError } from "@trpc/server";
import type { Logger } from "pino";

/**
 * Logs a failed call: refusals by their reason at info, a missing database at warn, and at error what an operator has to mend, in its
 * own sentence, and anything unexpected, with its stack. Input and the values of statements are never part of it.
 */
export const logFailure = (log: Logger, procedure: string | undefined, error: TRPCError): void => {
  const { code, cause } = error;
  if (isTransient(error)) log.warn({ procedure, code }, "the database is away");
  else if (cause instanceof DomainError && cause.kind === "internal")
    // oxlint-disable-next-line leaks/logs-name-fields -- a DomainError of kind internal is a sentence of our own for operators
    log.error({ procedure, code, reason: cause.reason, why: cause.message }, "an operator is needed");
  else if (cause instanceof DomainError) log.info({ procedure, code, reason: cause.reason }, "refused");
  else if (code === "INTERNAL_SERVER_ERROR")
    log.error({ procedure, code, err: describeError(cause ?? error) }, "unexpected error");
  else log.info({ procedure, code }, "refused");
};

/** What a log says of an unexpected error: name, code and stack frames. PostgreSQL's detail and MikroORM's message quote values. */
export const describeError = (error: unknown) =>
  error instanceof Error
    ? {
        type: error.name,
        code: "code" in error ? String(error.code) : undefined,
        stack: error.stack
          ?.split("\n")
          .filter((line) => /^\s+at /.test(line))
          .join("\n"),
      }
    : { type: typeof error };
