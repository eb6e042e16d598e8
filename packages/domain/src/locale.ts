import { z } from "zod";

/** A language, of a country if that matters: `en`, `en-GB`. */
export const locale = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, { error: "must be a language tag such as en or en-GB" });
