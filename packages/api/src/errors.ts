import { toDomainError } from "@severalty/db/database-error";
import { DomainError, type ErrorKind } from "@severalty/domain/errors";
import { TRPCError, type TRPCDefaultErrorShape } from "@trpc/server";
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server/rpc";
import { z } from "zod";

/** What a client is told of a failed call. */
export interface ErrorData {
  readonly code: TRPC_ERROR_CODE_KEY;
  readonly httpStatus: number;
  /** A stable machine word, such as `documents/not-found`. */
  readonly reason: string;
  readonly requestId: string | null;
  /** Messages by input field, for input that breaks a rule. */
  readonly fields?: Record<string, string>;
}

const codes: Record<ErrorKind, TRPC_ERROR_CODE_KEY> = {
  "invalid-input": "BAD_REQUEST",
  unauthenticated: "UNAUTHORIZED",
  forbidden: "FORBIDDEN",
  "not-found": "NOT_FOUND",
  conflict: "CONFLICT",
  "too-large": "PAYLOAD_TOO_LARGE",
  "rate-limited": "TOO_MANY_REQUESTS",
  unavailable: "SERVICE_UNAVAILABLE",
  internal: "INTERNAL_SERVER_ERROR",
};

/** Reasons for errors that the protocol raises before any procedure runs. */
const protocolReasons: Partial<Record<TRPC_ERROR_CODE_KEY, string>> = {
  PARSE_ERROR: "request/malformed",
  BAD_REQUEST: "request/malformed",
  NOT_FOUND: "request/unknown-procedure",
  METHOD_NOT_SUPPORTED: "request/method-not-supported",
  PAYLOAD_TOO_LARGE: "request/too-large",
  UNSUPPORTED_MEDIA_TYPE: "request/unsupported-media-type",
  CLIENT_CLOSED_REQUEST: "request/closed-by-client",
};

/** The one place where errors get protocol codes: domain errors and failed statements get theirs, the rest stay internal. */
export const toProtocolError = (error: TRPCError): TRPCError => {
  const known = error.cause instanceof DomainError ? error.cause : toDomainError(error.cause);
  if (known === undefined) return error;
  return new TRPCError({ code: codes[known.kind], message: known.message, cause: known });
};

/** Ids of requests that were refused before they had a context. */
const requestIds = new WeakMap<TRPCError, string>();

/** Says which request an error ended that has no context: its answer carries the id all the same. */
export const nameRequest = (error: TRPCError, requestId: string): void => void requestIds.set(error, requestId);

/** The shape of every error answer. Anything unexpected is one fixed sentence and the request's id. */
export const formatError = (
  shape: TRPCDefaultErrorShape,
  error: TRPCError,
  requestId = requestIds.get(error),
): { code: TRPCDefaultErrorShape["code"]; message: string; data: ErrorData } => {
  const { code, httpStatus } = shape.data;
  const answer = (reason: string, message: string, fields?: Record<string, string>) => ({
    code: shape.code,
    message,
    data: { code, httpStatus, reason, requestId: requestId ?? null, ...(fields === undefined ? {} : { fields }) },
  });
  if (error.cause instanceof DomainError) return answer(error.cause.reason, error.cause.message);
  if (error.cause instanceof z.core.$ZodError) return brokenInput(error.cause, answer);
  const reason = protocolReasons[code];
  if (reason === undefined) return answer("server/unexpected", unexpected);
  return answer(reason, protocolMessage(code, error));
};

const unexpected = "something went wrong on the server: try again, or report the request id";

/** What is told of a broken input, at most: it may have a fault in each of its values, and a fault may quote it. */
const issuesMax = 20;
const issueCharsMax = 300;

const brokenInput = <Answer>(
  error: z.core.$ZodError,
  answer: (reason: string, message: string, fields: Record<string, string>) => Answer,
): Answer => {
  const fields: Record<string, string> = {};
  for (const { path, message } of error.issues.slice(0, issuesMax))
    fields[path.join(".").slice(0, issueCharsMax) || "input"] ??= message.slice(0, issueCharsMax);
  const message = Object.entries(fields)
    .map(([field, rule]) => `${field}: ${rule}`)
    .join("; ");
  return answer("input/invalid", message, fields);
};

/** tRPC's own sentences name the procedure or the method, where it has any; a JSON parser's would quote the body. */
const protocolMessage = (code: TRPC_ERROR_CODE_KEY, error: TRPCError): string => {
  if (code === "PARSE_ERROR") return "the body is not valid JSON";
  if (code === "PAYLOAD_TOO_LARGE") return "the body is longer than the server reads: send less at once";
  if (code === "UNSUPPORTED_MEDIA_TYPE") return "the content type must be application/json";
  if (code === "BAD_REQUEST" && error.cause instanceof SyntaxError) return "the input is not valid JSON";
  return error.message;
};
