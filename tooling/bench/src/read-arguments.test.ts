import { expect, test } from "vitest";
import { readArguments, UsageError } from "./read-arguments.ts";

test("lists keep the order of the report, whatever the order that they are asked for in", () => {
  expect(readArguments(["--only", "growth,seed", "--peer", "prisma,severalty"])).toMatchObject({
    only: ["seed", "growth"],
    names: ["severalty", "prisma"],
  });
});

test.each([
  ["--only", "nothing"],
  ["--peer", "rails"],
  ["--workload", "W7"],
  ["--rtt", "x"],
  ["--rtt", "-1"],
  ["--tenants", "0"],
  ["--fast"],
])("%s %s is wrong usage", (...args) => {
  expect(() => readArguments(args)).toThrow(UsageError);
});
