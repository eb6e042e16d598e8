import { z } from "zod";

/** Most bytes of JSON text in one jsonb column that a caller writes. */
export const jsonBytesMax = 64 * 1024;

/** Deepest nesting of a JSON value that a caller writes. */
export const jsonDepthMax = 16;

export type Json = z.infer<ReturnType<typeof z.json>>;
export type JsonObject = Record<string, Json>;

/** Whether jsonb holds the text: no U+0000, no lone surrogate. */
export const isStorableText = (value: string): boolean => !value.includes("\0") && value.isWellFormed();

/**
 * Whether a value may be within `jsonBytesMax` bytes of JSON; false only if it is not. Looks at no more of it than would fit: a request
 * may hold millions of values, which no schema should walk.
 */
export const mayFit = (root: unknown): boolean => {
  let bytesLeft = jsonBytesMax;
  // Every value takes a byte at least, a text or key one for each UTF-16 unit.
  for (const open = [root]; open.length > 0;) {
    const value = open.pop();
    bytesLeft -= typeof value === "string" ? value.length : 1;
    if (Array.isArray(value)) {
      bytesLeft -= value.length;
      if (bytesLeft >= 0) open.push(...(value as unknown[]));
    } else if (typeof value === "object" && value !== null) {
      for (const key in value) {
        bytesLeft -= key.length + 1;
        if (bytesLeft < 0) break;
        open.push((value as Record<string, unknown>)[key]);
      }
    }
    if (bytesLeft < 0) return false;
  }
  return true;
};

const isStorable = (value: unknown, depth: number): boolean => {
  if (typeof value === "string") return isStorableText(value);
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value === "boolean" || value === null) return true;
  if (typeof value !== "object" || !isPlain(value) || depth === 0) return false;
  return Object.entries(value).every(
    ([key, entry]) => key !== "__proto__" && isStorable(key, depth) && isStorable(entry, depth - 1),
  );
};

const isPlain = (value: object): boolean =>
  Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value) as null);

/** What is said of a value that does not fit. */
export const tooLarge = `must be at most ${jsonBytesMax} bytes of JSON`;
const unstorable = `must be JSON without NUL characters, lone surrogates and the key __proto__, and nest at most ${jsonDepthMax} levels`;

/**
 * A JSON object that jsonb can hold: no U+0000, at most `jsonDepthMax` levels and `jsonBytesMax` bytes. Checked by hand: `z.json()` takes
 * microseconds for each value, which a body of four megabytes makes many seconds in which the server answers nobody.
 */
export const jsonObject = z.preprocess(
  (value: JsonObject, ctx) => {
    if (!mayFit(value)) ctx.addIssue({ code: "custom", message: tooLarge });
    else if (!isStorable(value, jsonDepthMax)) ctx.addIssue({ code: "custom", message: unstorable });
    return value;
  },
  z
    .record(z.string(), z.custom<Json>())
    .refine((value) => bytesOf(value) <= jsonBytesMax, { error: ({ input }) => `${tooLarge}, got ${bytesOf(input)}` }),
);

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
