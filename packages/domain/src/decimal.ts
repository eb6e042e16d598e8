import { z } from "zod";
import { rule } from "./seen.ts";

/**
 * An exact number as text, with at most 12 digits before the point and 6 after it: what `numeric(18,6)` holds. JSON's own numbers lose
 * digits on the way.
 */
export const decimal = z
  .string()
  .regex(/^-?\d{1,12}(?:\.\d{1,6})?$/, rule("must be a number of at most 12 digits before the point and 6 after it"))
  .meta({ examples: ["12.500000"] });
