/** Positions moved down as little as it takes for each to be `gap` from the next; in the order given. */
export const spreadApart = (positions: readonly number[], gap: number): number[] => {
  const order = positions.map((at, index) => ({ at, index })).toSorted((one, other) => one.at - other.at);
  const moved: number[] = [];
  let last = -Infinity;
  for (const { at, index } of order) {
    last = Math.max(at, last + gap);
    moved[index] = last;
  }
  return moved;
};
