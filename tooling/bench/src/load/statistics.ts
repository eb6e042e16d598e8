/** The value below or at which a share of all values lie, by nearest rank. Throws without any. */
export const percentile = (values: Float64Array, share: number): number => {
  const value = values.toSorted()[Math.max(0, Math.ceil(values.length * share) - 1)];
  if (value === undefined) throw new Error("nothing was measured");
  return value;
};

/** The middle one: of an even number, the lower of the two in the middle. */
export const median = (values: readonly number[]): number => percentile(Float64Array.from(values), 0.5);
