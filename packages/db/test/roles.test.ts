import type { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureDatabaseGrants, keepStatementNames } from "../src/roles.ts";
import { TestDatabase } from "../src/testing/test-database.ts";

let database: TestDatabase;
let admins: Client[];
beforeAll(async () => {
  database = await TestDatabase.create();
  admins = await Promise.all(Array.from({ length: 8 }, () => database.client()));
});
afterAll(() => database[Symbol.asyncDispose]());

// Roles themselves are the whole server's, which other tests use meanwhile; they are changed under the same lock.
test.each([
  ["who may connect to a database", (admin: Client) => ensureDatabaseGrants(admin, database.name)],
  ["who may list the names of its statements", keepStatementNames],
])("however many migrators settle %s at once, all succeed", async (_, settle) => {
  for (let round = 0; round < 5; round++)
    expect(await Promise.all(admins.map(settle))).toEqual(admins.map(() => undefined));
});
