import { storableText } from "./text.ts";

/** What a person calls a thing: 1 to 120 characters, trimmed. */
export const displayName = storableText({ min: 1, max: 120 });

/** A few sentences about a thing. */
export const description = storableText({ min: 0, max: 2000 });
