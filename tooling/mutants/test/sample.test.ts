import { resolve } from "node:path";
import { onlyInCi } from "@severalty/postgres/only-in-ci";
import { beforeEach, expect, test } from "vitest";
import { choose } from "../src/choose.ts";
import { explained } from "../src/explained.ts";
import { generateMutants, runMutants } from "../src/run-mutants.ts";

beforeEach(onlyInCi);

const repository = resolve(import.meta.dirname, "../../..");
const generated = generateMutants(repository);

test("there are mutants of every part, each under a name of its own, and what is explained is among them", async () => {
  const mutants = await generated;
  const ids = new Set(mutants.map(({ id }) => id));
  expect(ids.size).toBe(mutants.length);
  expect(mutants.filter(({ edits }) => edits !== undefined).length).toBeGreaterThan(300);
  expect(mutants.filter(({ sql }) => sql !== undefined).length).toBeGreaterThan(600);
  expect(Object.keys(explained).filter((id) => !ids.has(id))).toEqual([]);
});

/** What is noticed within a second or two; a whole run is `pnpm prove --mutants`. */
const quickKinds = [
  "policy true",
  "check widened",
  "rls off",
  "force off",
  "key without tenant",
  "foreign key without tenant",
  "part of the seal",
  "table granted",
  "role flag",
  "definer is invoker",
  "ORM filter",
  "permission",
];

test("of each quick kind the first mutant is noticed", async () => {
  const mutants = await generated;
  const chosen = quickKinds.flatMap((only) => choose(mutants, { only, perKind: 1 }).slice(0, 1));
  expect(chosen.map(({ kind }) => kind)).toEqual(quickKinds);
  const verdicts = await runMutants(chosen, { repository, lanes: 1, resume: false, say: () => undefined });
  expect(verdicts.filter(({ outcome }) => outcome !== "killed")).toEqual([]);
});
