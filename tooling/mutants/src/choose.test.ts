import { expect, test } from "vitest";
import { choose } from "./choose.ts";
import type { Mutant } from "./mutant.ts";

const mutants: Mutant[] = ["policy", "grant", "key"].flatMap((kind) =>
  Array.from({ length: 20 }, (_, at) => ({ id: `${kind}:${at}`, kind, what: "", words: [] })),
);

test("a sample has something of every kind, and is the same each time", () => {
  const sample = choose(mutants, { sample: 6 });
  expect(sample.length).toBe(6);
  expect(new Set(sample.map(({ kind }) => kind)).size).toBe(3);
  expect(choose(mutants.toReversed(), { sample: 6 })).toEqual(sample);
});

test("what is run with fewer of each kind is part of what is run with more", () => {
  const few = choose(mutants, { perKind: 3 });
  expect(few.length).toBe(9);
  expect(choose(mutants, { perKind: 7 })).toEqual(expect.arrayContaining(few));
});

test("a kind or a part of a name chooses", () => {
  expect(choose(mutants, { only: "key" }).length).toBe(20);
  expect(choose(mutants, { only: "grant:7" }).map(({ id }) => id)).toEqual(["grant:7"]);
});
