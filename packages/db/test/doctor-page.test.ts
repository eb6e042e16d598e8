import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Rule } from "../src/doctor/rule.ts";
import { rules } from "../src/doctor/rules.ts";

const root = join(import.meta.dirname, "../../..");
const page = readFileSync(join(root, "docs/doctor.md"), "utf8");
const after = (heading: string) => page.slice(page.indexOf(`## ${heading}\n`)).split("\n");
const cellsOf = (line: string) =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
const rowsUnder = (heading: string) => {
  const lines = after(heading);
  const first = lines.findIndex((line) => line.startsWith("| -"));
  const end = lines.findIndex((line, at) => at > first && !line.startsWith("|"));
  return lines.slice(first + 1, end).map(cellsOf);
};

const startOf = ({ reads, level, isLasting }: Rule): string => {
  if (reads === "data" || level === "info") return "no";
  return isLasting === true ? "every release" : "yes";
};

test("docs/doctor.md has every rule, in their order, as the rule itself says", () => {
  const expected = rules.map((rule) => [`\`${rule.id}\``, rule.level, rule.title, rule.why, startOf(rule)]);
  expect(rowsUnder("Rules")).toEqual(expected);
});

test("docs/doctor.md has every flaw that server-version-rls asks for", () => {
  const rule = rules.find(({ id }) => id === "server-version-rls");
  const asked = [...String(rule?.sql).matchAll(/\((\d+), (\d+), (\d+), '(CVE-[\d-]+)', '([^']*(?:''[^']*)*)'\)/g)];
  const byFlaw = new Map<string, string[]>();
  for (const [, , major, minor, id = "", what = ""] of asked) {
    const key = `${id}|${what.replaceAll("''", "'")}`;
    byFlaw.set(key, [...(byFlaw.get(key) ?? []), `${major}.${minor}`]);
  }
  expect(byFlaw.size).toBeGreaterThan(5);
  const expected = [...byFlaw].map(([key, versions]) => [...key.split("|"), versions.join(", ")]);
  expect(rowsUnder("Versions of PostgreSQL")).toEqual(expected);
});
