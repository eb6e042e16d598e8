/** One measured value and what is promised of it. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** The most that it may be, in the same unit; the least, if more is better. */
  readonly limit: number;
  readonly moreIsBetter?: boolean;
  readonly unit: "µs" | "ms" | "s" | "MB" | "×";
  /** What it was measured on. */
  readonly on: string;
}

/** Whether what is promised of a figure holds. */
export const isKept = ({ value, limit, moreIsBetter = false }: Figure): boolean =>
  moreIsBetter ? value >= limit : value <= limit;
