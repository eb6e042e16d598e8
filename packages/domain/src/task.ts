import { z } from "zod";
import { storableText } from "./text.ts";

/** The first two may still end; the last three are ends. */
export const taskStatuses = ["pending", "running", "completed", "failed", "cancelled"] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** What is to be done, in a word of whoever runs tasks. */
export const taskKind = storableText({ min: 1, max: 120 });

/** Larger runs first; 0 is usual. */
export const taskPriority = z.int().min(-100).max(100);

export const taskAttemptsMax = z.int().min(1).max(100);
