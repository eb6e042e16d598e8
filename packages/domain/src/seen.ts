/** What was seen, shortened, for a person who looks for the fault: `"A" (1 character)`, `an array of 2`. Never what is inside an object. */
export const seen = (value: unknown): string => {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return `${JSON.stringify(value.slice(0, 40))} (${characters(value)})`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "no moment" : value.toISOString();
  if (typeof value === "object" && value !== null) return `an object with ${Object.keys(value).length} keys`;
  return JSON.stringify(value) ?? typeof value;
};

/** How long a text is, in words. */
export const characters = ({ length }: string): string => (length === 1 ? "1 character" : `${length} characters`);

/** A rule of our own for zod, which ends with what was seen as zod's rules do. Not for secrets. */
export const rule = (text: string): { error: (issue: { readonly input?: unknown }) => string } => ({
  error: ({ input }) => `${text}, got ${seen(input)}`,
});
