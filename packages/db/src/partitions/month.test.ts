import { assert, date, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { monthOf, monthOfPartition, partitionNameOf, startOf, textOf } from "./month.ts";

describe("a month", () => {
  test("begins and ends at midnight in UTC", () => {
    const [last, first] = [monthOf(new Date("2026-12-31T23:59:59.999Z")), monthOf(new Date("2027-01-01T00:00:00Z"))];
    expect(first - last).toBe(1);
    expect([last, first].map(textOf)).toEqual(["2026-12", "2027-01"]);
    expect(startOf(first)).toBe("2027-01-01T00:00:00Z");
    expect(partitionNameOf(last)).toBe("audit_logs_2026_12");
  });

  test("is read from the name of its partition and from no other name", () => {
    const others = [
      "audit_logs",
      "audit_logs_default",
      "audit_logs_2026_13",
      "audit_logs_2026_00",
      "audit_logs_2026_1",
    ];
    expect(others.map(monthOfPartition)).toEqual(others.map(() => undefined));
    const inYears = { min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true };
    assert(
      property(date(inYears), (at) => {
        expect(monthOfPartition(partitionNameOf(monthOf(at)))).toBe(monthOf(at));
        expect(monthOf(new Date(startOf(monthOf(at))))).toBe(monthOf(at));
      }),
    );
  });
});
