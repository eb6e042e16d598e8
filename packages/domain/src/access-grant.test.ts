import { expect, test } from "vitest";
import { grantReason } from "./access-grant.ts";

test("a grant's reason has ten characters that its tenant can see, in any script, and is never a blank", () => {
  for (const good of ["ticket 4711", "to look into a ticket", "調査のためチケットを確認"])
    expect([good, grantReason.safeParse(good).success]).toEqual([good, true]);
  for (const blank of [
    "\u200B".repeat(10),
    "\u202E".repeat(12),
    "a         b",
    "\u00AD\u2060".repeat(9),
    "\u3164".repeat(10),
  ])
    expect([blank, grantReason.safeParse(blank).success]).toEqual([blank, false]);
});
