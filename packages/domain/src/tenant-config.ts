import { z } from "zod";
import { isStorableText, mayFit, tooLarge } from "./json.ts";
import { locale } from "./locale.ts";
import { storableText } from "./text.ts";
import { rule } from "./seen.ts";

const keys = z.strictObject({
  branding: z
    .strictObject({
      accentColor: z
        .string()
        .regex(/^#[0-9a-f]{6}$/i, rule("must be a colour such as #1a2b3c"))
        .optional(),
      logoUrl: z
        .url({ protocol: /^https$/ })
        .max(500)
        .refine(isStorableText, rule("must not contain half of a character, nor the NUL character"))
        .optional(),
    })
    .optional(),
  locale: locale.optional(),
  /** Words that describe what the tenant does, such as `kyc`. */
  features: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,63}$/), z.boolean()).optional(),
  compliance: z
    .strictObject({
      frameworks: z.array(storableText({ min: 1, max: 64 })).max(32),
      retentionDays: z.int().min(1).max(3650).optional(),
    })
    .optional(),
});

/**
 * A tenant's configuration, for its people, its agents and what they build: the platform keeps it and enforces none of it, retention
 * included. Unknown keys are refused, so that a typing error is not stored for ever. As large as a JSON object at most, which is looked at first:
 * each key of `features` costs time.
 */
export const config = z.preprocess((value: z.input<typeof keys>, ctx) => {
  if (!mayFit(value)) ctx.addIssue({ code: "custom", message: tooLarge });
  return value;
}, keys);
export type Config = z.infer<typeof config>;
