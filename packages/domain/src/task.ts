import { z } from "zod";
import { DomainError } from "./errors.ts";
import { storableText } from "./text.ts";

/** The first two may still end; the last three are ends. */
export const taskStatuses = ["pending", "running", "completed", "failed", "cancelled"] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** What is to be done, in a word of whoever runs tasks. */
export const taskKind = storableText({ min: 1, max: 120 });

/** Larger runs first; 0 is usual. */
export const taskPriority = z.int().min(-100).max(100);

export const taskAttemptsMax = z.int().min(1).max(100);

/**
 * Whoever runs a task does not hold its lease any more: it has expired, another has taken the task, it was cancelled or has ended. One answer
 * for all of these, and for a task that never was.
 */
export class LeaseLostError extends DomainError {
  constructor(options?: ErrorOptions) {
    super(
      "conflict",
      "tasks/lease-lost",
      "the task is not leased to this worker any more: drop what it has done",
      options,
    );
    this.name = "LeaseLostError";
  }
}
