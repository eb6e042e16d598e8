import { expect, test } from "vitest";
import { killSection } from "./kill-page.ts";
import { killCounts, killRate, killTable } from "./kill-table.ts";
import type { Verdict } from "./mutant.ts";

const verdict = (id: string, rest: Partial<Verdict>): Verdict => ({
  id,
  kind: "policy",
  what: `<${id}>`,
  outcome: "killed",
  ms: 1,
  ...rest,
});
const verdicts = [
  verdict("a", { by: "behaviour" }),
  verdict("b", { by: "posture" }),
  verdict("c", { outcome: "survived" }),
  verdict("d", { outcome: "invalid" }),
];

test("a survivor that nobody explained counts against the rate, and one that could not be applied does not count", () => {
  const counts = killCounts(verdicts, new Map([["policy", 9]]));
  const all = counts.at(-1);
  expect(all).toEqual({
    kind: "all",
    generated: 9,
    run: 4,
    behaviour: 1,
    posture: 1,
    time: 0,
    invalid: 1,
    explained: 0,
    survived: 1,
  });
  expect(all && killRate(all)).toBeCloseTo(66.67, 1);
  expect(killTable(counts)).toContain("66.7 %");
});

test("the page names every mutant, and what a mutant says is no markup", () => {
  const page = killSection(killCounts(verdicts, new Map()), verdicts);
  for (const id of "abcd") expect(page).toContain(`&lt;${id}&gt;`);
});
