import { expect, test } from "vitest";
import { z } from "zod";
import { decimal } from "./decimal.ts";

test.each(["0", "-0.5", "12.500000", "999999999999.999999", "007"])("%s is a decimal", (text) => {
  expect(decimal.parse(text)).toBe(text);
});

test.each(["", ".5", "1.", "1e3", "+1", "1,5", "NaN", "Infinity", "1234567890123", "0.1234567", " 1", "1\n", "٣"])(
  "%j is no decimal",
  (text) => {
    expect(decimal.safeParse(text).success).toBe(false);
  },
);

test("its schema gives an example, which it accepts", () => {
  const { examples = [] } = z.toJSONSchema(decimal);
  expect(examples.map((example) => decimal.safeParse(example).success)).toEqual([true]);
});
