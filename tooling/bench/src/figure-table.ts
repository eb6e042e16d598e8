import Table from "cli-table3";
import type { Figure } from "./figure.ts";

/** The figures as a person reads them. */
export const figureTable = (figures: readonly Figure[]): string => {
  const table = new Table({ head: ["figure", "measured", "promised", "kept", "on"], style: { head: [], border: [] } });
  for (const { name, value, limit, unit, on } of figures)
    table.push([name, `${round(value)} ${unit}`, `< ${limit} ${unit}`, value <= limit ? "yes" : "NO", on]);
  return table.toString();
};

const round = (value: number) => (value < 10 ? value.toFixed(2) : Math.round(value));
