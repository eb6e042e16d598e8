import { bearerOf } from "@severalty/api/testing/caller-for";
import { makeServices, testSecret } from "@severalty/api/testing/make-services";
import { makeTenant } from "@severalty/db/testing/make-tenant";
import { TestDatabase } from "@severalty/db/testing/test-database";
import { parseEnvironment } from "@severalty/domain/environment";
import { pino } from "pino";
import { afterAll, expect, test } from "vitest";
import { closeAll, connect } from "../src/connect.ts";
import { serverEnv } from "../src/env.ts";
import { call } from "./call.ts";
import { serve } from "./open-test-server.ts";
import { serverEnvOn } from "./spawn-server.ts";
import { until } from "@severalty/api/testing/until";

const database = await TestDatabase.create();
const admin = await database.client();
const env = parseEnvironment(serverEnv, serverEnvOn(database.adminUrl, { AUTH_SECRET: testSecret }), () => "");
const databases = await connect(env, pino({ level: "silent" }));
afterAll(async () => {
  await closeAll(databases);
  await database[Symbol.asyncDispose]();
});

/** Open connections of the server by role, as PostgreSQL counts them. */
const connections = async (): Promise<Record<string, number>> => {
  const { rows } = await admin.query<{ role: string; count: number }>(
    `select usename as role, count(*)::int as count from pg_stat_activity
     where datname = $1 and application_name = 'severalty-server' group by usename`,
    [database.name],
  );
  return Object.fromEntries(rows.map(({ role, count }) => [role, count]));
};

const atStart = { severalty_app: 2, severalty_auth: 2, severalty_platform: 2 };

test("B3: a started server holds two open connections for each role", async () => {
  expect(await connections()).toEqual(atStart);
});

test("A5: SELECT 1 is answered through the server's own connections, each with its own role", async () => {
  for (const [name, role] of [
    ["app", "severalty_app"],
    ["auth", "severalty_auth"],
    ["platform", "severalty_platform"],
  ] as const) {
    const rows = await databases[name].em.fork().execute("select 1 as one, current_user as role");
    expect(rows).toEqual([{ one: 1, role }]);
  }
});

test("B3: under load no role holds more than ten connections, and who waits for one is answered", async () => {
  const services = await makeServices(database, { app: databases.app, auth: databases.auth });
  const url = await serve(services, databases);
  const tenant = await makeTenant(admin);
  const authorization = bearerOf(services, tenant);
  const locker = await database.client();
  await locker.query("begin");
  await locker.query("select from app.documents where id = $1 for update", [tenant.documentId]);
  const calls = Array.from({ length: 25 }, () =>
    call(url, "documents.update", { id: tenant.documentId, version: 1, title: "at last" }, authorization),
  );
  await until("ten connections wait for the lock", async () => (await connections())["severalty_app"] === 10);
  await locker.query("rollback");
  const statuses = (await Promise.all(calls)).map(({ status }) => String(status));
  expect(statuses.toSorted()).toEqual(["200", ...Array.from({ length: 24 }, () => "409")]);
  expect((await connections())["severalty_app"]).toBeLessThanOrEqual(10);
});
