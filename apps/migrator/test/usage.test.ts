import { expect, test } from "vitest";
import { runMigrator } from "./run-migrator.ts";

const secret = "this-secret-is-never-shown";

test("a wrong command line exits 2 with what is wrong and how to use it", async () => {
  const { code, stdout, stderr } = await runMigrator({}, ["sideways"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("migrate: unknown command: sideways");
  expect(stderr).toContain("usage: migrate [COMMAND] [OPTIONS]");
});

test("--help explains commands and exit codes, whatever the environment", async () => {
  const { code, stdout, stderr } = await runMigrator({}, ["--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const word of [
    "up",
    "down",
    "status",
    "plan",
    "check",
    "doctor",
    "partitions",
    "seed",
    "--to",
    "--demo",
    "exit codes",
  ])
    expect(stdout).toContain(word);
});

test("C3: every missing setting is named at once", async () => {
  expect(await runMigrator({})).toEqual({
    code: 2,
    stdout: "",
    stderr: `migrate: the environment is not usable:
  - ENVIRONMENT is not set: one of development, test, production
  - DATABASE_URL is not set: the URL of role severalty_migrator
`,
  });
});

test("C3: every wrong setting is named at once, and no value that may be a secret is shown", async () => {
  const { code, stdout, stderr } = await runMigrator({
    ENVIRONMENT: "prod",
    DATABASE_URL: `postgres://:${secret}@localhost/land`,
    ADMIN_DATABASE_URL: secret,
    INITIAL_ADMINS: "root@example.com, root",
    PUBLIC_URL: "console",
    CONNECT_ATTEMPTS: "many",
    STATEMENT_TIMEOUT_MS: "15 min",
    AUDIT_RETENTION_MONTHS: "1 year",
    LOG_FORMAT: "xml",
  });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  const names = [...stderr.matchAll(/^ {2}- (\w+) must be /gm)].map(([, name = ""]) => name);
  expect(names.toSorted()).toEqual([
    "ADMIN_DATABASE_URL",
    "AUDIT_RETENTION_MONTHS",
    "CONNECT_ATTEMPTS",
    "DATABASE_URL",
    "ENVIRONMENT",
    "INITIAL_ADMINS",
    "LOG_FORMAT",
    "PUBLIC_URL",
    "STATEMENT_TIMEOUT_MS",
  ]);
  expect(stderr).not.toContain(secret);
});

test("the placeholder passwords of the compose file are refused in production", async () => {
  const { code, stderr } = await runMigrator({
    ENVIRONMENT: "production",
    DATABASE_URL: "postgres://severalty_migrator:x@127.0.0.1:1/land",
    APP_ROLE_PASSWORD: "insecure-app",
    AUTH_ROLE_PASSWORD: "insecure-auth",
    PLATFORM_ROLE_PASSWORD: "one of my own",
  });
  expect(code).toBe(2);
  expect(stderr).toContain("  - APP_ROLE_PASSWORD must be your own in production\n");
  expect(stderr).toContain("  - AUTH_ROLE_PASSWORD must be your own in production\n");
  expect(stderr).not.toContain("PLATFORM_ROLE_PASSWORD");
});
