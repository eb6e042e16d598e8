/** A number with as many digits as anybody reads. */
export const round = (value: number): string => (value < 10 ? value.toFixed(2) : String(Math.round(value)));
