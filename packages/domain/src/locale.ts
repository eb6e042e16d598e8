import { z } from "zod";
import { rule } from "./seen.ts";

/** A language, of a country if that matters: `en`, `en-GB`. */
export const locale = z.string().regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, rule("must be a language tag such as en or en-GB"));
