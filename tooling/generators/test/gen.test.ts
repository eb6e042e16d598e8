import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { runProgram } from "./run-program.ts";

const root = resolve(import.meta.dirname, "../../..");

const gen = (...args: string[]) => runProgram(["tooling/generators/src/main.ts", ...args], { cwd: root });

test("a dry run prints every file that would be made, and the lines that registries would get, and makes none", async () => {
  const { code, output } = await gen(
    "entity",
    "zebra-crossing",
    "name:text",
    "width:decimal",
    "warden:ref(users)?",
    "--dry-run",
  );
  expect(code).toBe(0);
  const paths = [...output.matchAll(/^--- create (\S+)$/gm)].map(([, path = ""]) => path);
  expect(paths).toHaveLength(3);
  expect(paths.filter((path) => existsSync(join(root, path)))).toEqual([]);
  for (const line of [
    `+ import { ZebraCrossing } from "./entities/zebra-crossing.ts";`,
    "+   zebraCrossings: zebraCrossingsRouter,",
    "+   zebraCrossings: { read: members, write: administrators },",
    `    wardenId: p.uuid().$type<UserId>().nullable(),`,
    "      width numeric(18,6) not null,",
    "      constraint zebra_crossings_name_check check (char_length(name) >= 1 and char_length(name) <= 120)",
    "    this.addSql(`grant select, insert, update, delete on app.zebra_crossings to severalty_app`);",
  ])
    expect(output.split("\n")).toContain(line);
});

test("what cannot be done is said in a sentence, with exit code 2", async () => {
  const { code, output } = await gen("entity", "team", "name:text");
  expect([code, output]).toEqual([
    2,
    "packages/db/src/entities/team.ts is there already: nothing is written over it\n\nNothing was written. --help says more.\n",
  ]);
});
