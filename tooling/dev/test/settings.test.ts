import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { REPOSITORY } from "../src/repository.ts";

const read = (name: string) => readFileSync(join(REPOSITORY, name), "utf8");

const settingsOf = (program: string) =>
  [...read(`apps/${program}/src/env.ts`).matchAll(/^ +([A-Z][A-Z_]+): /gm)].map(([, name = ""]) => name);

const documented = [...read(".env.example").matchAll(/^([A-Z][A-Z_]+)=/gm)].map(([, name = ""]) => name);

test("C3: every setting of both programs is documented in .env.example", () => {
  const settings = new Set([...settingsOf("server"), ...settingsOf("migrator")]);
  expect(settings.size).toBeGreaterThan(15);
  expect([...settings].filter((name) => !documented.includes(name))).toEqual([]);
});

test("C3: .env.example documents nothing that neither a program nor compose reads", () => {
  const compose = read("docker-compose.yml");
  const known = new Set([...settingsOf("server"), ...settingsOf("migrator")]);
  expect(documented.filter((name) => !known.has(name) && !compose.includes(`\${${name}:-`))).toEqual([]);
});
