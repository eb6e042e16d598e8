import { z } from "zod";
import { rule } from "./seen.ts";

/** A point in time, ISO 8601 with an offset or Z, of the years 1 to 9999; kept to the millisecond. */
export const moment = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine(
    (time) => time.getUTCFullYear() >= 1 && time.getUTCFullYear() <= 9999,
    rule("must be of the years 1 to 9999"),
  );
