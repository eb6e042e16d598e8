import Table from "cli-table3";
import { type Figure, isKept } from "./figure.ts";
import { round } from "./report/round.ts";

/** The figures as a person reads them. */
export const figureTable = (figures: readonly Figure[]): string => {
  const table = new Table({ head: ["figure", "measured", "promised", "kept", "on"], style: { head: [], border: [] } });
  for (const figure of figures) {
    const { name, value, limit, unit, on } = figure;
    const sign = figure.moreIsBetter === true ? "≥" : "<";
    table.push([name, `${round(value)} ${unit}`, `${sign} ${limit} ${unit}`, isKept(figure) ? "yes" : "NO", on]);
  }
  return table.toString();
};
