import * as fc from "fast-check";
import { expect, test } from "vitest";
import { assertApiKeyExpiry, assertGrantable, keyPermissions } from "./api-key.ts";
import { permissions } from "./permission.ts";

const now = new Date("2026-01-01T00:00:00.000Z");
const ahead = (ms: number) => () => assertApiKeyExpiry(new Date(now.getTime() + ms), now);
const fiveYearsMs = 5 * 365 * 24 * 60 * 60_000;

test.each([60_000, 3_600_000, fiveYearsMs])("a key may end %i ms from now", (ms) => {
  expect(ahead(ms)).not.toThrow();
});

test.each([-1, 0, 59_999, fiveYearsMs + 1])("a key cannot end %i ms from now, and is told what was seen", (ms) => {
  expect(ahead(ms)).toThrow(/^expiresAt must be one minute to five years ahead, got 20\d\d-/);
});

test("nobody gives a key what he lacks: any set is grantable exactly if it is part of what is held", () => {
  const some = fc.subarray([...permissions]);
  fc.assert(
    fc.property(some, some, (held, wanted) => {
      const lacking = wanted.filter((permission) => !held.includes(permission));
      const grant = () => assertGrantable(new Set(held), wanted);
      let said = "";
      try {
        grant();
      } catch (error) {
        said = String(error).split("lacks: ")[1] ?? "something else";
      }
      expect(said).toBe(lacking.join(", "));
    }),
  );
});

test("every permission can be given to a key but to make keys; none twice, and not none", () => {
  const refused = permissions.filter((permission) => !keyPermissions.safeParse([permission]).success);
  expect(refused).toEqual(["apiKeys.write"]);
  for (const value of [[], ["teams.read", "teams.read"], ["teams.fly"], "teams.read", null])
    expect(keyPermissions.safeParse(value).success).toBe(false);
});
