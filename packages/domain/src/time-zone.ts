import { z } from "zod";
import { rule } from "./seen.ts";

/** A time zone of the IANA database, such as `Europe/Stockholm`, or `UTC`. */
export const timeZone = z
  .string()
  .max(64)
  .refine((name) => isTimeZone(name), rule("must be a time zone such as Europe/Stockholm or UTC"));

const isTimeZone = (name: string): boolean => {
  // To Intl +01:00 is a time zone as well.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
};
