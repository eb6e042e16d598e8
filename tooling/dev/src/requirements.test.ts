import { expect, test } from "vitest";
import { requirementFaults } from "./requirements.ts";

const names = [
  "A1",
  "A2",
  "A3",
  "A4",
  "A5",
  "A6",
  "B1",
  "B2",
  "B3",
  "B4",
  "B5",
  "B6",
  "B7",
  "B8",
  "C1",
  "C2",
  "C3",
  "C4",
];
const rows = [...names, "D1", "D2", "D3", "E1", "E2", "E3", "E4", "E5", "E6", "E7"].map(
  (name) => `| ${name} | a promise | proved | \`${name}: it holds\` |`,
);
const passed = new Set(rows.map((row) => /`(.*)`/.exec(row)?.[1] ?? ""));

test("a table whose every requirement names a passed test has no fault", () => {
  expect(requirementFaults(rows.join("\n"), passed)).toEqual([]);
});

test("a requirement that is missing or listed twice is a fault", () => {
  const [first = "", ...rest] = rows;
  expect(requirementFaults(rest.join("\n"), passed)).toEqual(["A1 is listed 0 times"]);
  expect(requirementFaults([first, ...rows].join("\n"), passed)).toEqual(["A1 is listed 2 times"]);
});

test("a named test that did not pass is a fault, whatever the state", () => {
  const some = new Set(passed);
  some.delete("B2: it holds");
  expect(
    requirementFaults(rows.join("\n").replace("| B2 | a promise | proved", "| B2 | a promise | partly"), some),
  ).toEqual(["B2 names a test that did not pass: B2: it holds"]);
});

test("a proved requirement without a test, or a state that is none, is a fault", () => {
  const table = rows
    .join("\n")
    .replace("`C1: it holds`", "soon")
    .replace("| D1 | a promise | proved", "| D1 | a promise | done");
  expect(requirementFaults(table, passed)).toEqual(["C1 is proved by no test", 'D1 has the unknown state "done"']);
});
