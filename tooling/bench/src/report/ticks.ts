/** Values for an axis from zero that reaches `most`, in steps of 1, 2 or 5 of some power of ten: at most six of them. */
export const ticks = (most: number): number[] => {
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => most / size <= 5) ?? most;
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) => Number((index * step).toPrecision(12)));
};
