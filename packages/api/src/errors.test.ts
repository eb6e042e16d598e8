import { DomainError, type ErrorKind } from "@severalty/domain/errors";
import { TRPCError, type TRPCDefaultErrorShape } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { expect, test } from "vitest";
import { z } from "zod";
import { formatError, toProtocolError } from "./errors.ts";

const kinds: readonly (readonly [ErrorKind, string, number])[] = [
  ["invalid-input", "BAD_REQUEST", 400],
  ["unauthenticated", "UNAUTHORIZED", 401],
  ["forbidden", "FORBIDDEN", 403],
  ["not-found", "NOT_FOUND", 404],
  ["conflict", "CONFLICT", 409],
  ["too-large", "PAYLOAD_TOO_LARGE", 413],
  ["rate-limited", "TOO_MANY_REQUESTS", 429],
  ["unavailable", "SERVICE_UNAVAILABLE", 503],
  ["internal", "INTERNAL_SERVER_ERROR", 500],
];

/** As tRPC asks for it: its own shape, of which the stack and the path must not survive. */
const answerOf = (error: TRPCError) => {
  const data = { code: error.code, httpStatus: getHTTPStatusCodeFromError(error), stack: "at x.ts:1", path: "a.b" };
  const shape: TRPCDefaultErrorShape = { code: -32603, message: error.message, data };
  return formatError(shape, error, "r-1");
};

test.each(kinds)(
  "an error of kind %s is answered as %s, %i, with its own reason and message",
  (kind, code, httpStatus) => {
    const cause = new DomainError(kind, "things/reason", "a sentence for the user");
    const error = toProtocolError(new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause }));
    expect(answerOf(error)).toEqual({
      code: -32603,
      message: "a sentence for the user",
      data: { code, httpStatus, reason: "things/reason", requestId: "r-1" },
    });
  },
);

test("an error that nobody foresaw is answered by one fixed sentence", () => {
  const cause = new Error("connect to 10.0.0.7 as severalty_app: secret");
  const answer = answerOf(
    toProtocolError(new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: cause.message, cause })),
  );
  expect(answer.data).toEqual({
    code: "INTERNAL_SERVER_ERROR",
    httpStatus: 500,
    reason: "server/unexpected",
    requestId: "r-1",
  });
  expect(JSON.stringify(answer)).not.toMatch(/10\.0\.0\.7|severalty_app|secret|\.ts|a\.b/);
});

test("a parser's message, which quotes the body, is never passed on", () => {
  const cause = new SyntaxError(`Unexpected token 's', "secret" is not valid JSON`);
  for (const code of ["PARSE_ERROR", "BAD_REQUEST"] as const) {
    const { message, data } = answerOf(new TRPCError({ code, message: cause.message, cause }));
    expect(message).toMatch(/is not valid JSON$/);
    expect(message).not.toContain("secret");
    expect(data.reason).toBe("request/malformed");
  }
});

test("an input that is broken everywhere is answered briefly", () => {
  const schema = z.strictObject({ all: z.array(z.string()) });
  const input = { all: Array.from({ length: 50_000 }, () => 1), ["x".repeat(50_000)]: 1 };
  const { error: cause } = schema.safeParse(input);
  const answer = answerOf(new TRPCError({ code: "BAD_REQUEST", message: "", cause }));
  expect(answer.data.fields?.["all.0"]).toContain("expected string");
  expect(JSON.stringify(answer).length).toBeLessThan(15_000);
  const unknown = z.strictObject({}).safeParse(input);
  expect(JSON.stringify(answerOf(new TRPCError({ code: "BAD_REQUEST", cause: unknown.error }))).length).toBeLessThan(
    1000,
  );
});
