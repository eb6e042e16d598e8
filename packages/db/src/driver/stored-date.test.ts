import * as fc from "fast-check";
import { expect, test } from "vitest";
import { StoredDate } from "./stored-date.ts";

/** As PostgreSQL writes a `timestamptz(3)` in UTC: no zeros at the end of a second. */
const asStored = (date: Date): string =>
  date
    .toISOString()
    .replace("T", " ")
    .replace(/\.?0*Z$/, "+00");

const moments = fc.date({
  min: new Date("0100-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
  noInvalidDate: true,
});

test("a stored moment is the date that it says, and its JSON is that of any date of that time", () => {
  fc.assert(
    fc.property(moments, (date) => {
      const read = StoredDate.of(asStored(date));
      expect(read).toBeInstanceOf(Date);
      expect(read?.getTime()).toBe(date.getTime());
      expect(JSON.stringify({ read })).toBe(JSON.stringify({ read: date }));
    }),
  );
});

test("a stored moment that is set to another time says the other time", () => {
  const read = StoredDate.of("2026-11-30 03:28:53.12+00");
  read?.setUTCFullYear(2027);
  expect(JSON.stringify(read)).toBe('"2027-11-30T03:28:53.120Z"');
});

test.each([
  "infinity",
  "-infinity",
  "2026-11-30 03:28:53.1234+00",
  "2026-11-30 03:28:53+01",
  "0044-03-15 12:00:00+00 BC",
  "12026-01-01 00:00:00+00",
  "2026-11-30",
  "0099-12-31 23:59:59+00",
  "",
])("%j is left to others", (text) => expect(StoredDate.of(text)).toBeUndefined());
