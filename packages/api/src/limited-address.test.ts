import * as fc from "fast-check";
import { expect, test } from "vitest";
import { limitedAddress } from "./limited-address.ts";

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["203.0.113.7:4711", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["[::ffff:203.0.113.7]:4711", "203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:0001:2::6", "2001:db8:1:2::/64"],
  ["[2001:db8:1:2::6]:4711", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["not an address", "not an address"],
  ["", ""],
  [null, "unknown"],
])("the address %j is counted as %j", (ip, counted) => {
  expect(limitedAddress(ip)).toBe(counted);
});

const countedOf = (...halves: string[][]) => limitedAddress(halves.flat().join(":"));

test("addresses are counted together when their first 64 bits are the same, and only then", () => {
  const group = fc.integer({ min: 0, max: 0xff_ff }).map((value) => value.toString(16));
  const half = fc.array(fc.oneof(fc.constant("0"), group), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(half, half, half, half, (net, one, other, elsewhere) => {
      expect(countedOf(net, one)).toBe(countedOf(net, other));
      expect(countedOf(net, one) === countedOf(elsewhere, one)).toBe(net.join(":") === elsewhere.join(":"));
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("any text whatever is counted as something of at most a hundred characters", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 300 }), fc.ipV6(), fc.ipV4()), (text) => {
      expect(limitedAddress(text).length).toBeLessThanOrEqual(100);
    }),
    { seed: 1, numRuns: 2000 },
  );
});
