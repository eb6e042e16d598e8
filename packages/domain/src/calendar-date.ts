import { z } from "zod";
import { rule } from "./seen.ts";

/** A day without a time, `2026-01-31`. PostgreSQL has no year 0 (manual, section 8.5). */
export const calendarDate = z.iso
  .date()
  .refine((day) => !day.startsWith("0000"), rule("must be a day of the year 1 or later"));
