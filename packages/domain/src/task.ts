import { z } from "zod";
import { storableText } from "./text.ts";

export const taskStatuses = ["pending", "running", "completed", "failed", "cancelled"] as const;
export type TaskStatus = (typeof taskStatuses)[number];

export const taskKind = storableText({ min: 1, max: 120 });

/** Larger runs first; 0 is usual. */
export const taskPriority = z.int().min(-100).max(100);

export const taskAttemptsMax = z.int().min(1).max(100);
