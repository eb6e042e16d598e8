import * as fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { databaseUrl, describeDatabaseUrl, EnvironmentError, parseEnvironment } from "./environment.ts";

const schema = z.object({
  DATABASE_URL: databaseUrl.describe("the URL of the server's role"),
  SECRET: z.string().min(32, { error: "must have at least 32 characters" }),
  PORT: z.string().regex(/^\d+$/, { error: "must be a number" }).default("8000").transform(Number),
  NOTE: z.string().optional(),
});
const good = { DATABASE_URL: "postgres://app:hunter2@db:5432/severalty", SECRET: "s".repeat(32) };
const noFile = (path: string): string => {
  throw new Error(`ENOENT: ${path}`);
};

const faultsOf = (source: Record<string, string | undefined>, readFile = noFile): string => {
  try {
    parseEnvironment(schema, source, readFile);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
    throw error;
  }
  return "";
};

test("settings are read, with defaults, and what is not in the schema is left alone", () => {
  expect(parseEnvironment(schema, { ...good, HOME: "/root" }, noFile)).toEqual({ ...good, PORT: 8000 });
});

test("a variable that is empty counts as unset", () => {
  expect(parseEnvironment(schema, { ...good, PORT: "", NOTE: "", SECRET_FILE: "" }, noFile)).toEqual({
    ...good,
    PORT: 8000,
  });
  expect(faultsOf({ ...good, SECRET: "" })).toContain("SECRET is not set");
});

test("NAME_FILE names a file whose content, less one final newline, is the value of NAME", () => {
  const files: Record<string, string> = {
    "/run/a": `${"f".repeat(32)}\n`,
    "/run/b": `${"f".repeat(32)}\r\n`,
    "/run/c": `${"f".repeat(32)}\n\n`,
  };
  const read = (path: string) => files[path] ?? noFile(path);
  const secretFrom = (SECRET_FILE: string) =>
    parseEnvironment(schema, { DATABASE_URL: good.DATABASE_URL, SECRET_FILE }, read).SECRET;
  expect(secretFrom("/run/a")).toBe("f".repeat(32));
  expect(secretFrom("/run/b")).toBe("f".repeat(32));
  expect(secretFrom("/run/c")).toBe(`${"f".repeat(32)}\n`);
});

test("a file is read for names in the schema alone", () => {
  expect(parseEnvironment(schema, { ...good, OTHER_FILE: "/etc/shadow" }, noFile)).toEqual({ ...good, PORT: 8000 });
});

test("a name and its file at once, and a file that cannot be read, are faults that show no content", () => {
  expect(faultsOf({ ...good, SECRET_FILE: "/run/a" })).toContain("SECRET and SECRET_FILE are both set: keep one");
  expect(faultsOf({ DATABASE_URL: good.DATABASE_URL, SECRET_FILE: "/run/a" })).toBe(
    "the environment is not usable:\n  - SECRET_FILE names a file that cannot be read: /run/a",
  );
});

test("all faults are told at once, one a line, each with its name and what is missing", () => {
  expect(faultsOf({ SECRET: "short", PORT: "high" }).split("\n")).toEqual([
    "the environment is not usable:",
    "  - DATABASE_URL is not set: the URL of the server's role",
    "  - SECRET must have at least 32 characters",
    "  - PORT must be a number",
  ]);
});

test("no message shows a value", () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{12,40}$/);
  fc.assert(
    fc.property(secret, secret, secret, (url, key, port) => {
      const faults = faultsOf({ DATABASE_URL: `mysql://a:${url}@b/c`, SECRET: key.slice(0, 31), PORT: `${port}!` });
      for (const value of [url, key.slice(0, 31), port]) expect(faults).not.toContain(value);
    }),
    { numRuns: 300, seed: 1 },
  );
});

test.each([
  "postgres://app@db/severalty",
  "postgresql://app:p%40ss@db:5432/severalty?sslmode=require",
  "postgres://app:x@[::1]:5432/s",
])("%s is a database URL", (url) => {
  expect(databaseUrl.safeParse(url).success).toBe(true);
});

test.each([
  "",
  "severalty",
  "postgres://db/severalty",
  "postgres://app@db",
  "postgres://app@db/",
  "mysql://app@db/severalty",
  "http://app:secret@db/severalty",
])("%j is no database URL, and the message does not show it", (url) => {
  const { error } = databaseUrl.safeParse(url);
  expect(error?.issues[0]?.message).toBe("must be of the form postgres://role:password@host:port/database");
});

test("a database URL is described without its password", () => {
  expect(describeDatabaseUrl(good.DATABASE_URL)).toBe("db:5432/severalty as app");
  expect(describeDatabaseUrl("postgres://an%40app:hunter2@db/severalty")).toBe("db:5432/severalty as an@app");
});
