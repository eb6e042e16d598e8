import type { TestContext } from "vitest";

/**
 * A `beforeEach` for tests that kill programs, wait for locks or start many at once: together they take a fifth of the whole suite's
 * time. They run where CI is set, and are skipped elsewhere with this reason.
 */
export const onlyInCi = ({ skip }: TestContext): void => {
  skip((process.env["CI"] ?? "") === "", "slow: runs where CI is set");
};
