import { expect, test } from "vitest";
import { readArguments, usage } from "./arguments.ts";
import { explain } from "./explain.ts";

const complaint = (args: readonly string[]) => {
  try {
    return { exitCode: 0, message: JSON.stringify(readArguments(args)) };
  } catch (error) {
    return explain(error);
  }
};

test.each([
  [["sideways"], "unknown command: sideways"],
  [["up", "status"], "unknown command: up status"],
  [["up", "--demo"], "--demo goes with seed, no command; got up"],
  [["status", "--demo"], "--demo goes with seed, no command; got status"],
  [["seed", "--tenants", "3"], "--tenants goes with --demo"],
  [["--scale", "3"], "--scale goes with --demo"],
  [["seed", "--demo", "--tenants", "0"], "--tenants must be a whole number from 1 to 10000, got 0"],
  [["seed", "--demo", "--scale", "1e3"], "--scale must be a whole number from 1 to 1000, got 1e3"],
  [["--json"], "--json goes with status, doctor; got no command"],
  [["up", "--json"], "--json goes with status, doctor; got up"],
  [["check", "--strict"], "--strict goes with doctor; got check"],
  [["up", "--steps", "1"], "--steps goes with down; got up"],
  [["seed", "--to", "0001_tenancy"], "--to goes with up, down, plan; got seed"],
  [["up", "--force-production"], "--force-production goes with down; got up"],
  [["up", "--keep-months", "6"], "--keep-months goes with partitions; got up"],
  [["partitions", "--keep-months", "0"], "--keep-months must be a whole number from 1 to 9999, got 0"],
  [["down", "--steps", "0"], "--steps must be a whole number from 1 to 9999, got 0"],
  [["down", "--steps", "1", "--to", "0001_tenancy"], "--to and --steps: give one of them"],
  [["--force"], "Unknown option '--force'"],
])("%j is no usage: it exits 2 with what is wrong and how to use it", (args, words) => {
  const { exitCode, message } = complaint(args);
  expect(exitCode).toBe(2);
  expect(message.startsWith(words)).toBe(true);
  expect(message.endsWith(usage)).toBe(true);
});
