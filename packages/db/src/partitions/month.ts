/** A month of UTC as a number, counted from January of the year 0: months compare, and one more is the next. */
export type Month = number;

export const monthOf = (at: Date): Month => at.getUTCFullYear() * 12 + at.getUTCMonth();

/** `2026-11`. */
export const textOf = (month: Month): string =>
  `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`;

/** Its first moment, for SQL, whatever the session's time zone. */
export const startOf = (month: Month): string => `${textOf(month)}-01T00:00:00Z`;

/** What its partition of the audit log is called, without the schema: `audit_logs_2026_11`. */
export const partitionNameOf = (month: Month): string => `audit_logs_${textOf(month).replace("-", "_")}`;

/** The month that a partition of the audit log is named after; undefined for any other name. */
export const monthOfPartition = (name: string): Month | undefined => {
  const [, year, month] = /^audit_logs_(\d{4})_(0[1-9]|1[0-2])$/.exec(name) ?? [];
  return year === undefined || month === undefined ? undefined : Number(year) * 12 + Number(month) - 1;
};
