import { expect, test } from "vitest";
import { calendarDate } from "./calendar-date.ts";
import { moment } from "./moment.ts";

test.each(["2026-01-31", "2024-02-29", "0001-01-01", "9999-12-31"])("%s is a day", (day) => {
  expect(calendarDate.parse(day)).toBe(day);
});

test.each(["2026-02-30", "2025-02-29", "0000-01-01", "26-01-31", "2026-1-31", "2026-01-31T00:00:00Z", ""])(
  "%j is no day",
  (day) => {
    expect(calendarDate.safeParse(day).success).toBe(false);
  },
);

test("a moment is the same in every offset", () => {
  const expected = new Date("2026-01-31T10:00:00.123Z");
  for (const text of ["2026-01-31T10:00:00.123Z", "2026-01-31T12:00:00.123+02:00", "2026-01-31T00:30:00.123-09:30"])
    expect(moment.parse(text)).toEqual(expected);
});

test.each(["2026-01-31", "2026-01-31T10:00:00", "2026-13-31T10:00:00Z", "0000-06-01T00:00:00Z", "now", ""])(
  "%j is no moment",
  (text) => {
    expect(moment.safeParse(text).success).toBe(false);
  },
);
