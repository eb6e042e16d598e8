import { TestDatabase } from "@severalty/db/testing/test-database";
import type { Client } from "pg";
import { afterAll } from "vitest";
import type { Services } from "../services.ts";
import { makeServices } from "./make-services.ts";

export interface TestApi {
  readonly database: TestDatabase;
  readonly services: Services;
  /** A superuser's connection, past every policy. */
  readonly admin: Client;
}

/** A database of a test file's own and the services on it, closed after its last test. Call it at the top of the file. */
export const openTestApi = async (): Promise<TestApi> => {
  const database = await TestDatabase.create();
  afterAll(() => database[Symbol.asyncDispose]());
  return { database, services: await makeServices(database), admin: await database.client() };
};
