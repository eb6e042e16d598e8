import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { makeServices } from "@severalty/api/testing/make-services";
import type { Services } from "@severalty/api/services";
import { TestDatabase } from "@severalty/db/testing/test-database";
import type { Client } from "pg";
import { pino } from "pino";
import { afterAll } from "vitest";
import { createApp, type AppOptions } from "../src/app.ts";
import type { Databases } from "../src/connect.ts";

export interface TestServer {
  readonly url: string;
  readonly services: Services;
  readonly databases: Databases;
  readonly database: TestDatabase;
  /** A superuser's connection, past every policy. */
  readonly admin: Client;
  /** Everything logged so far, at every level, a line each. */
  readonly logged: () => string;
}

/** The app on a free port of this process, and a database of the test file's own. Call it at the top of the file. */
export const openTestServer = async (overrides: Partial<Services> = {}): Promise<TestServer> => {
  const database = await TestDatabase.create();
  afterAll(() => database[Symbol.asyncDispose]());
  const lines: string[] = [];
  const log = pino({ level: "trace", base: null }, { write: (line: string) => void lines.push(line) });
  const services = await makeServices(database, { log, ...overrides });
  const databases = { app: services.app, auth: services.auth, platform: services.platform };
  const url = await serve(services, databases);
  return { url, services, databases, database, admin: await database.client(), logged: () => lines.join("") };
};

/** Serves one more app until the file's tests have ended, and answers its URL. */
export const serve = async (
  services: Services,
  databases: Databases,
  options: Partial<AppOptions> = {},
): Promise<string> => {
  const app = createApp(services, databases, { trustProxyHops: 0, isDraining: () => false, ...options });
  const server: Server = app.listen(0, "127.0.0.1");
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
