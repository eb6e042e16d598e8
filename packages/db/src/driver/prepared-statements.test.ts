import { expect, test } from "vitest";
import { PreparedStatements } from "./prepared-statements.ts";

/** One connection's, with so many statements. */
const withTexts = (count: number) => {
  const known = new PreparedStatements("p");
  const names = Array.from({ length: count }, (_, at) => known.of(`select ${at}`).name);
  return { known, names };
};

test("a connection keeps two hundred statements, and drops the one that was not used for longest", () => {
  const { known, names } = withTexts(200);
  expect(known.takeDropped()).toEqual([]);
  expect(known.of("select 0").name).toBe(names[0]);
  known.of("select 200");
  expect(known.takeDropped()).toEqual([names[1]]);
  expect(known.of("select 0").name).toBe(names[0]);
});

test("a statement that was dropped or forgotten comes back under a name that nothing had", () => {
  const { known, names } = withTexts(3);
  known.forget("select 1");
  expect(known.takeDropped()).toEqual([names[1]]);
  known.forget("select 1");
  expect(known.takeDropped()).toEqual([]);
  expect(names).not.toContain(known.of("select 1").name);
  known.forgetAll();
  expect(known.takeDropped()).toHaveLength(3);
});
