import { z } from "zod";

/** The longest value of a secret, in bytes of UTF-8 (64 KiB). */
export const secretBytesMax = 64 * 1024;

const rule = `must be text of 1 to ${secretBytesMax} bytes of UTF-8`;

/** The value of a secret, kept to the byte. Messages about it tell its length or its type, and never a part of it. */
export const secretValue = z
  .string({ error: ({ input }) => `${rule}, got ${input === undefined ? "nothing" : `no text but ${typeOf(input)}`}` })
  .refine((value) => isInBounds(Buffer.byteLength(value)), {
    error: ({ input }) => `${rule}, got ${Buffer.byteLength(String(input))}`,
    abort: true,
  })
  .refine((value) => value.isWellFormed(), { error: "must be well-formed Unicode (a lone surrogate was seen)" });

const isInBounds = (sizeBytes: number) => sizeBytes >= 1 && sizeBytes <= secretBytesMax;

const typeOf = (value: unknown) =>
  value === null ? "null" : Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
