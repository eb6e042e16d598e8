import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { classes } from "./classes.ts";

const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8");

test("the suite holds at least 60 attacks, each under a title of its own", () => {
  const titles = classes.flatMap(({ name, attacks }) => attacks.map(({ title }) => `${name}: ${title}`));
  expect(titles.length).toBeGreaterThanOrEqual(60);
  expect(new Set(titles).size).toBe(titles.length);
  expect(new Set(classes.map(({ name }) => name)).size).toBe(classes.length);
});

test("README.md lists every class with its number of attacks and what stops them", () => {
  const total = classes.reduce((sum, { attacks }) => sum + attacks.length, 0);
  const rows = classes.map(({ name, stoppedBy, attacks }) => [name, String(attacks.length), stoppedBy]);
  const listed = readme
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (class|-)/.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(listed).toEqual([...rows, ["all", String(total), ""]]);
});

test("each attack names what is taken away so that it succeeds", () => {
  const without = classes
    .flatMap(({ attacks }) => attacks)
    .filter(
      (attack) => attack.without.length === 0 && attack.weakRole === undefined && attack.weakDriver === undefined,
    );
  expect(without).toEqual([]);
});
