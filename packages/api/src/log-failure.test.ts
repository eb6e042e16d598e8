import { DomainError } from "@severalty/domain/errors";
import { TRPCError } from "@trpc/server";
import { pino } from "pino";
import { expect, test } from "vitest";
import { logFailure } from "./log-failure.ts";

const logged = (error: TRPCError): { level: number; [key: string]: unknown } => {
  const lines: string[] = [];
  logFailure(pino({ base: null }, { write: (line: string) => void lines.push(line) }), "documents.create", error);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? "") as { level: number };
};

const { info, warn, error: errorLevel } = pino.levels.values as { info: number; warn: number; error: number };

test("a refusal is a line at info with its reason and without its message", () => {
  const cause = new DomainError("conflict", "tenants/slug-taken", "nora@example.com is taken");
  const line = logged(new TRPCError({ code: "CONFLICT", message: cause.message, cause }));
  expect(line).toMatchObject({
    level: info,
    procedure: "documents.create",
    code: "CONFLICT",
    reason: "tenants/slug-taken",
  });
  expect(JSON.stringify(line)).not.toContain("nora");
});

test("what an operator has to mend is an error with its sentence", () => {
  const cause = new DomainError("internal", "secrets/undecryptable", "a key is missing");
  const line = logged(new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: cause.message, cause }));
  expect(line).toMatchObject({ level: errorLevel, reason: "secrets/undecryptable", why: "a key is missing" });
});

test("a database that is away is a warning", () => {
  const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  const line = logged(new TRPCError({ code: "SERVICE_UNAVAILABLE", cause }));
  expect(line).toMatchObject({ level: warn, msg: "the database is away" });
});

test("anything unexpected is an error with name, code and stack frames, and without values", () => {
  const cause = Object.assign(new Error("insert ... values ('hunter2') - duplicate key"), {
    name: "DriverException",
    code: "22P02",
    detail: "Key (email)=(nora@example.com)",
  });
  const line = logged(new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: cause.message, cause }));
  expect(line).toMatchObject({ level: errorLevel, err: { type: "DriverException", code: "22P02" } });
  expect(line["err"]).toMatchObject({ stack: expect.stringContaining("log-failure.test.ts") as unknown });
  expect(JSON.stringify(line)).not.toMatch(/hunter2|nora|insert|duplicate/);
});

test("what the protocol refuses is a line at info without the message, which may quote input", () => {
  const line = logged(new TRPCError({ code: "BAD_REQUEST", message: "secret input" }));
  expect(line).toMatchObject({ level: info, code: "BAD_REQUEST" });
  expect(JSON.stringify(line)).not.toContain("secret");
});
