import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { onlyInCi } from "@severalty/db/testing/only-in-ci";
import { makeFreshDatabase } from "./fresh-database.ts";
import { runMigrator } from "./run-migrator.ts";

beforeEach(onlyInCi);

const source = join(import.meta.dirname, "../src/main.ts");

test("the program runs from its source as it does from its bundle, which every other test runs", async () => {
  await using database = makeFreshDatabase();
  const env = { ...database.env, INITIAL_ADMINS: "root@example.com" };
  const { code, stdout, stderr } = await runMigrator(env, ["--demo"], source);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const line of ["migrations: ran 0001_tenancy", "admin root@example.com: created", "demo tenant: created"])
    expect(stdout).toContain(line);
  expect((await runMigrator(env, ["status"], source)).code).toBe(0);
  expect((await runMigrator(env, ["status"])).code).toBe(0);
  expect((await runMigrator({}, [], source)).code).toBe(2);
});
