/** One measured value and what is promised of it. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** The most that it may be, in the same unit. */
  readonly limit: number;
  readonly unit: "µs" | "ms" | "s";
  /** What it was measured on. */
  readonly on: string;
}

/** The middle one of an odd number of rounds: a single slow round does not count. */
export const median = (values: readonly number[]): number => {
  const middle = values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
  if (middle === undefined) throw new Error("no rounds were measured");
  return middle;
};
