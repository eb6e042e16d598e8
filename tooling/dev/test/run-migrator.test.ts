import { readFileSync } from "node:fs";
import { join } from "node:path";
import { onlyInCi } from "@severalty/db/testing/only-in-ci";
import { beforeEach, describe, expect, test } from "vitest";
import { PROGRAMS } from "../src/repository.ts";
import { runMigrator } from "../src/run-migrator.ts";
import { makePlace, startDev } from "./dev-process.ts";

const migrator = join(import.meta.dirname, "fixtures/migrator.ts");
const stop = new AbortController().signal;

test("without a development database it says how to get one", async () => {
  using place = await makePlace("fresh");
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  expect(await runMigrator({ data: place.data, args: ["up"], env: {}, migrator, stop, say })).toBe(1);
  expect(said.join("\n")).toContain("npx -y pnpm@12 dev");
});

test("it helps without a database", async () => {
  using place = await makePlace();
  const options = { data: place.data, env: {}, migrator: PROGRAMS.migrator, stop, say: console.error };
  expect(await runMigrator({ ...options, args: ["--help"] })).toBe(0);
});

describe("with dev running", () => {
  beforeEach(onlyInCi);

  test("it works on the database of a running dev, and says the same once dev is over", async () => {
    using place = await makePlace();
    const record = join(place.data, "migrator.json");
    const env = { PATH: process.env["PATH"], MIGRATOR_RECORD: record };
    const options = { data: place.data, args: ["status", "--json"], env, migrator, stop, say: () => undefined };
    {
      await using dev = startDev(place);
      await dev.says("Severalty is ready");
      expect(await runMigrator(options)).toBe(0);
    }
    const { args } = JSON.parse(readFileSync(record, "utf8")) as { args: string[] };
    expect(args).toEqual(["status", "--json"]);
    expect(await runMigrator(options)).toBe(1);
  });
});
