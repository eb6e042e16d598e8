import Table from "cli-table3";
import type { Comparison, Verdict } from "./compare-answers.ts";

/** One row for each attempt: what was answered, how often, and whether it was the same. */
export const comparisonTable = (comparisons: readonly Comparison[]): string => {
  const table = new Table({
    head: ["attempt of the second tenant", "answer for a foreign id", "answer for an id that never existed", "verdict"],
    style: { head: [], border: [] },
  });
  for (const [attempt, made] of Map.groupBy(comparisons, (comparison) => comparison.attempt)) {
    table.push([attempt, tally(made, "foreign"), tally(made, "ghost"), verdictOf(made)]);
  }
  return table.toString();
};

/** The first failed comparison of each attempt in full. */
export const describeFailures = (comparisons: readonly Comparison[]): string[] =>
  [...Map.groupBy(comparisons.filter(isFailure), ({ attempt }) => attempt).values()].flatMap(([first]) =>
    first === undefined
      ? []
      : [
          `${first.attempt} (${first.title}) ${first.verdict}:`,
          `  foreign id:       ${first.foreignText.slice(0, answerLengthMax)}`,
          `  id that never was: ${first.ghostText.slice(0, answerLengthMax)}`,
        ],
  );

export const isFailure = ({ verdict }: Comparison): boolean => verdict !== "same";

/** Longest excerpt of an answer that is printed, in characters. */
const answerLengthMax = 400;

const tally = (comparisons: readonly Comparison[], side: "foreign" | "ghost"): string =>
  [...Map.groupBy(comparisons, (comparison) => comparison[side])]
    .map(([summary, { length }]) => `${summary} (${length})`)
    .join("\n");

const verdictOf = (comparisons: readonly Comparison[]): string => {
  const count = (verdict: Verdict) => comparisons.filter((comparison) => comparison.verdict === verdict).length;
  const [crossed, differing] = [count("crossed"), count("differs")];
  if (crossed > 0) return `CROSSED (${crossed} of ${comparisons.length})`;
  return differing > 0 ? `DIFFERS (${differing} of ${comparisons.length})` : "same";
};
