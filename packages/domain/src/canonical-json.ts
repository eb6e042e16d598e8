/** JSON text in which the order of an object's keys makes no difference; that of an array's items does. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, entry: unknown) => (isRecord(entry) ? sorted(entry) : entry));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const sorted = (record: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
