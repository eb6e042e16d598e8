import { migrations } from "@severalty/db/migrations";
import { beforeEach, expect, test } from "vitest";
import { onlyInCi } from "@severalty/db/testing/only-in-ci";
import { makeFreshDatabase } from "./fresh-database.ts";
import { runMigrator } from "./run-migrator.ts";

beforeEach(onlyInCi);

const aTime: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

test("LOG_FORMAT=json tells each thing as one JSON line, and why it ended as well", async () => {
  await using database = makeFreshDatabase();
  const env = { ...database.env, LOG_FORMAT: "json" };
  const up = await runMigrator(env, ["up"]);
  const msg = `migrations: ran ${migrations.map(({ name }) => name).join(", ")}`;
  const made: unknown = expect.stringMatching(/^audit log: made /);
  expect(up.stdout.split(/\n(?=.)/).map((line): unknown => JSON.parse(line))).toEqual([
    { level: "info", time: aTime, msg },
    { level: "info", time: aTime, msg: made },
  ]);
  await database.rows("insert into app.migrations (name) values ('9999_future')");
  const newer = await runMigrator(env, ["up"]);
  expect({ code: newer.code, stdout: newer.stdout }).toEqual({ code: 5, stdout: "" });
  const why: unknown = expect.stringContaining("the database is newer than this program\n");
  expect(JSON.parse(newer.stderr)).toEqual({ level: "error", time: aTime, msg: why, exitCode: 5 });
});

test("LOG_FORMAT=json holds for a wrong environment and wrong usage too", async () => {
  for (const args of [[], ["sideways"]]) {
    const { code, stderr } = await runMigrator({ LOG_FORMAT: "json" }, args);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ level: "error", exitCode: 2 });
  }
});
