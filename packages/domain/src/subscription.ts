import { z } from "zod";
import { DomainError } from "./errors.ts";

/** Agents that one subscription buys or sets aside. */
export const placeCount = z.int().min(0).max(1_000_000);

/** The counts of a subscription. */
export interface Places {
  readonly purchased: number;
  readonly allocated: number;
  readonly active: number;
}

/** Agents at work ≤ places set aside ≤ places bought. Throws an error that names the rule that is broken, and what was seen. */
export const assertPlaces = ({ purchased, allocated, active }: Places): void => {
  if (allocated > purchased) {
    throw new DomainError(
      "conflict",
      "subscriptions/allocated-above-purchased",
      `allocated must be at most purchased, which is ${purchased}, got ${allocated}`,
    );
  }
  if (allocated < active) {
    throw new DomainError(
      "conflict",
      "subscriptions/allocated-below-active",
      `allocated must be at least the number of agents at work, which is ${active}, got ${allocated}`,
    );
  }
};
