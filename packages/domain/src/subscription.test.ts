import * as fc from "fast-check";
import { expect, test } from "vitest";
import { assertPlaces } from "./subscription.ts";

test("a broken rule of a subscription's counts is named with the values that were seen", () => {
  expect(() => assertPlaces({ purchased: 3, allocated: 4, active: 0 })).toThrow(
    "allocated must be at most purchased, which is 3, got 4",
  );
  expect(() => assertPlaces({ purchased: 9, allocated: 1, active: 2 })).toThrow(
    "allocated must be at least the number of agents at work, which is 2, got 1",
  );
});

test("counts are accepted exactly when active ≤ allocated ≤ purchased", () => {
  const count = fc.integer({ min: 0, max: 5 });
  fc.assert(
    fc.property(count, count, count, (purchased, allocated, active) => {
      const isAccepted = () => {
        try {
          assertPlaces({ purchased, allocated, active });
          return true;
        } catch {
          return false;
        }
      };
      expect(isAccepted()).toBe(active <= allocated && allocated <= purchased);
    }),
  );
});
