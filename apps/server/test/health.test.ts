import { makeTenant } from "@severalty/db/testing/make-tenant";
import { ensureDatabaseGrants } from "@severalty/db/roles";
import { withDatabase } from "@severalty/postgres/url";
import { expect, test } from "vitest";
import { bearerOf } from "@severalty/api/testing/caller-for";
import { call } from "./call.ts";
import { openTestServer, serve } from "./open-test-server.ts";

const { url, services, databases, database, admin } = await openTestServer();

const get = async (base: string, path: string) => {
  const response = await fetch(base + path);
  return { status: response.status, body: await response.json() };
};

const unready = (...reasons: string[]) => ({ status: 503, body: { status: "unavailable", reasons } });
const away = "postgres://severalty_app:secret@127.0.0.1:1/away";

test("the process says that it lives, and that it is ready for traffic", async () => {
  expect(await get(url, "/healthz")).toEqual({ status: 200, body: { status: "ok" } });
  expect(await get(url, "/readyz")).toEqual({ status: 200, body: { status: "ready", reasons: [] } });
});

test("a database that lacks migrations is named as a reason, and ready once they have run", async () => {
  const { rows } = await admin.query<{ name: string }>("delete from app.migrations where id > 1 returning name");
  const pending = rows.map(({ name }) => name).join(", ");
  expect(pending).toContain("0002");
  expect(await get(url, "/readyz")).toEqual(unready(`migrations are pending: ${pending}`));
  expect(await get(url, "/healthz")).toMatchObject({ status: 200 });
  for (const { name } of rows) await admin.query("insert into app.migrations (name) values ($1)", [name]);
  expect(await get(url, "/readyz")).toMatchObject({ status: 200 });
});

test("a database that is newer than the program is ready, so that the old version serves during a deployment", async () => {
  await admin.query("insert into app.migrations (name) values ('9999_of_tomorrow')");
  expect(await get(url, "/readyz")).toMatchObject({ status: 200 });
});

test("an empty database is named as a reason", async () => {
  const name = `${database.name}_empty`;
  await admin.query(`create database ${name} template template0`);
  await ensureDatabaseGrants(admin, name);
  const app = await database.orm("severalty_app", { url: withDatabase(database.url("severalty_app"), name) });
  const base = await serve({ ...services, app }, { ...databases, app });
  expect(await get(base, "/readyz")).toEqual(unready("migrations are pending: all"));
  await app.close();
  await admin.query(`drop database ${name} with (force)`);
});

test("a database that is away is named as a reason for each role, while the process lives on", async () => {
  const gone = {
    app: await database.orm("severalty_app", { url: away }),
    auth: await database.orm("severalty_auth", { url: away }),
    platform: await database.orm("severalty_platform", { url: away }),
  };
  const base = await serve({ ...services, app: gone.app, auth: gone.auth }, gone);
  const reasons = ["database unreachable as app", "database unreachable as auth", "database unreachable as platform"];
  expect(await get(base, "/readyz")).toEqual(unready(...reasons));
  expect(await get(base, "/healthz")).toEqual({ status: 200, body: { status: "ok" } });
  const auth = await serve(services, { ...databases, auth: gone.auth });
  expect(await get(auth, "/readyz")).toEqual(unready("database unreachable as auth"));
});

test("a server that is draining says so, closes the connection, and still answers what it was asked", async () => {
  const base = await serve(services, databases, { isDraining: () => true });
  expect(await get(base, "/readyz")).toEqual(unready("shutting down"));
  const tenant = await makeTenant(admin);
  const { status, headers } = await call(base, "auth.me", undefined, bearerOf(services, tenant));
  expect(status).toBe(200);
  expect(headers.get("connection")).toBe("close");
});
