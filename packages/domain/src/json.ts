import { z } from "zod";

/** Most bytes of JSON text in one jsonb column that a caller writes. */
export const jsonBytesMax = 64 * 1024;

/** Deepest nesting of a JSON value that a caller writes. */
export const jsonDepthMax = 16;

export type Json = z.infer<ReturnType<typeof z.json>>;
export type JsonObject = Record<string, Json>;

/** Whether jsonb holds the text: no U+0000, no lone surrogate. */
export const isStorableText = (value: string): boolean => !value.includes("\0") && value.isWellFormed();

const isStorable = (value: unknown, depth: number): boolean => {
  if (typeof value === "string") return isStorableText(value);
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0) return false;
  return Object.entries(value).every(([key, entry]) => isStorable(key, depth) && isStorable(entry, depth - 1));
};

/** A JSON object that jsonb can hold: no U+0000, at most `jsonDepthMax` levels and `jsonBytesMax` bytes. */
export const jsonObject = z
  .record(z.string(), z.json())
  .refine((value) => isStorable(value, jsonDepthMax), {
    message: `must contain no NUL character or lone surrogate and nest at most ${jsonDepthMax} levels`,
  })
  .refine((value) => bytesOf(value) <= jsonBytesMax, {
    error: ({ input }) => `must be at most ${jsonBytesMax} bytes of JSON, got ${bytesOf(input)}`,
  });

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
