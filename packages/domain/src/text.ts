import { z } from "zod";

/**
 * Text that PostgreSQL can store, of `min` to `max` characters after trimming. U+0000 is refused: neither `text` nor `jsonb` holds it
 * (PostgreSQL manual, section 8.14).
 */
export const storableText = (bounds: { min: number; max: number; trim?: boolean }) => {
  const text = bounds.trim === false ? z.string() : z.string().trim();
  return text
    .min(bounds.min)
    .max(bounds.max)
    .refine((value) => !value.includes("\0"), { message: "must not contain the NUL character (U+0000)" })
    .refine((value) => value.isWellFormed(), { message: "must be well-formed Unicode (a lone surrogate was seen)" });
};
