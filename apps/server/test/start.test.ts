import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestDatabase } from "@severalty/db/testing/test-database";
import { parseEnvironment, type EnvironmentError } from "@severalty/domain/environment";
import { withCredentials, withDatabase } from "@severalty/postgres/url";
import { afterAll, expect, test } from "vitest";
import { testSecretsKey } from "@severalty/api/testing/make-services";
import { serverEnv } from "../src/env.ts";
import { call } from "./call.ts";
import { serverEnvOn, sourceProgram, spawnServer } from "./spawn-server.ts";

const database = await TestDatabase.create();
afterAll(() => database[Symbol.asyncDispose]());
const folder = mkdtempSync(join(tmpdir(), "severalty-start-"));
afterAll(() => rmSync(folder, { recursive: true }));

const secret = "this-secret-is-never-shown";
const file = join(folder, "url");
writeFileSync(file, `${database.url("severalty_app")}\n`);

/** From the sources, as in development, with one setting in a file. */
const started = spawnServer(
  serverEnvOn(database.adminUrl, { ENVIRONMENT: "development", DATABASE_URL: "", DATABASE_URL_FILE: file }),
  sourceProgram,
);
afterAll(() => started[Symbol.asyncDispose]());

/** What the server says of an environment and ends, as the test without one shows. */
const messageOf = (changes: Record<string, string>): string => {
  try {
    parseEnvironment(serverEnv, serverEnvOn(database.adminUrl, changes), (path) => readFileSync(path, "utf8"));
    return "";
  } catch (error) {
    return (error as EnvironmentError).message;
  }
};
const endingOf = (changes: Record<string, string>) => spawnServer(serverEnvOn(database.adminUrl, changes)).ended;

test("A4: a database that cannot be reached ends the start after its attempts, saying what was tried", async () => {
  const url = `postgres://severalty_app:${secret}@127.0.0.1:1/land`;
  const { code, stdout, stderr } = await endingOf({ DATABASE_URL: url, CONNECT_ATTEMPTS: "2" });
  expect(code).toBe(1);
  expect(stderr).toBe(
    "severalty-server: cannot use DATABASE_URL (127.0.0.1:1/land as severalty_app) after 2 attempts: connect ECONNREFUSED 127.0.0.1:1\n",
  );
  const waits = stdout.split("\n").filter((line) => line.includes("no connection"));
  expect(waits.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: 40, database: "DATABASE_URL", at: "127.0.0.1:1/land as severalty_app", retriesLeft: 1 },
    { level: 40, retriesLeft: 0 },
  ]);
  expect(stdout + stderr).not.toContain(secret);
});

test.each([
  ["DATABASE_URL", withCredentials(database.adminUrl, "severalty_app", secret), /password authentication failed/],
  ["AUTH_DATABASE_URL", withCredentials(database.adminUrl, "nobody", secret), /password authentication failed/],
  [
    "PLATFORM_DATABASE_URL",
    withDatabase(database.url("severalty_platform"), "nowhere"),
    /database "nowhere" does not exist/,
  ],
])("A4: a %s that is wrong ends the start at the first attempt, saying why", async (name, url, why) => {
  const { code, stdout, stderr } = await endingOf({ [name]: url });
  expect(code).toBe(1);
  const { host, pathname, username } = new URL(url);
  expect(stderr).toContain(
    `severalty-server: cannot use ${name} (${host}${pathname} as ${username}) after 1 attempts: `,
  );
  expect(stderr).toMatch(why);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stdout + stderr).not.toContain(secret);
});

test("A4: without an environment every missing setting is named at once", async () => {
  const { code, stderr } = await spawnServer({}).ended;
  expect(code).toBe(1);
  expect(stderr).toBe(`severalty-server: the environment is not usable:
  - ENVIRONMENT is not set: one of development, test, production
  - DATABASE_URL is not set: the URL of role severalty_app
  - AUTH_DATABASE_URL is not set: the URL of role severalty_auth
  - PLATFORM_DATABASE_URL is not set: the URL of role severalty_platform
  - AUTH_SECRET is not set: at least 32 random bytes that sign access tokens
  - SECRETS_KEY is not set: 32 random bytes in base64, the key to the secrets of all tenants
`);
});

test("A4: every wrong setting is named at once, and no value that may be a secret is shown", async () => {
  const message = messageOf({
    ENVIRONMENT: "staging",
    DATABASE_URL: `mysql://severalty:${secret}@localhost/land`,
    AUTH_DATABASE_URL: secret,
    PLATFORM_DATABASE_URL: `postgres://:${secret}@localhost`,
    AUTH_SECRET: secret,
    SECRETS_KEY: secret,
    SECRETS_KEYS_OLD: `${testSecretsKey},${secret}`,
    PORT: "eighty",
    POOL_MAX: "1",
    PREPARED_STATEMENTS: "maybe",
    LOG_LEVEL: "loud",
    CONNECT_ATTEMPTS: "0",
  });
  const names = [...message.matchAll(/^ {2}- (\w+) must be /gm)].map(([, name = ""]) => name);
  expect(names.toSorted()).toEqual([
    "AUTH_DATABASE_URL",
    "AUTH_SECRET",
    "CONNECT_ATTEMPTS",
    "DATABASE_URL",
    "ENVIRONMENT",
    "LOG_LEVEL",
    "PLATFORM_DATABASE_URL",
    "POOL_MAX",
    "PORT",
    "PREPARED_STATEMENTS",
    "SECRETS_KEY",
    "SECRETS_KEYS_OLD",
  ]);
  expect(message).not.toContain(secret);
});

test("production refuses the secrets that compose has for a first look", () => {
  const compose = readFileSync(join(import.meta.dirname, "../../../docker-compose.yml"), "utf8");
  const preset = (name: string) => new RegExp(`\\{${name}:-([^}]+)\\}`).exec(compose)?.[1] ?? "";
  const env = {
    ...serverEnvOn(database.adminUrl),
    AUTH_SECRET: preset("AUTH_SECRET"),
    SECRETS_KEY: preset("SECRETS_KEY"),
    SECRETS_KEYS_OLD: `${testSecretsKey},${preset("SECRETS_KEY")}`,
  };
  const parse = (environment: string) => parseEnvironment(serverEnv, { ...env, ENVIRONMENT: environment }, () => "");
  expect(parse("development").SECRETS_KEYS_OLD).toHaveLength(2);
  expect(() => parse("production")).toThrow(`the environment is not usable:
  - AUTH_SECRET must be your own in production
  - SECRETS_KEY must be your own in production
  - SECRETS_KEYS_OLD must be your own in production`);
});

test("C3: a setting can come from a file, but not from two places or from a file that is not there", async () => {
  expect((await fetch(`${await started.url()}/readyz`)).status).toBe(200);
  expect(messageOf({ DATABASE_URL_FILE: file })).toContain(
    "  - DATABASE_URL and DATABASE_URL_FILE are both set: keep one",
  );
  expect(messageOf({ DATABASE_URL: "", DATABASE_URL_FILE: join(folder, "none") })).toContain(
    `  - DATABASE_URL_FILE names a file that cannot be read: ${folder}/none`,
  );
});

test("a port that is taken ends the start, saying which", async () => {
  const { port } = new URL(await started.url());
  const { code, stderr } = await endingOf({ PORT: port });
  expect(code).toBe(1);
  expect(stderr).toBe(`severalty-server: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`);
});

test("a server started for development shows a client no stack either", async () => {
  const { error } = await call(await started.url(), "auth.me");
  expect(Object.keys(error?.data ?? {}).toSorted()).toEqual(["code", "httpStatus", "reason", "requestId"]);
});
