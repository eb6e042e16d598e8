import type { Answer, Call } from "./world.ts";

/** Finds what is the other tenant's in what was answered. */
export interface Traces {
  /** Texts of the other tenant that are in the text, as they stand or in base64, and that the call did not send itself. */
  find(text: string, call: Pick<Call, "input" | "headers">): readonly string[];
}

/** Shorter texts occur by chance. */
const charactersMin = 8;

/** Looks for these texts, in any case of letters. */
export const createTraces = (texts: readonly string[]): Traces => {
  const known = [...new Set(texts.filter((text) => text.length >= charactersMin).map((text) => text.toLowerCase()))];
  const words = new Set(known.filter((text) => wholeWord.test(text)));
  const phrases = known.filter((text) => !words.has(text));
  // A text of one word is looked up, since there are many of them; all others are searched for.
  const inLayer = (layer: string) => [
    ...(layer.match(word) ?? []).filter((found) => words.has(found)),
    ...phrases.filter((phrase) => layer.includes(phrase)),
  ];
  return {
    find(text, call) {
      const found = new Set([text, ...decoded(text)].map((layer) => layer.toLowerCase()).flatMap(inLayer));
      if (found.size === 0) return [];
      const sent = layersOf(call);
      return [...found].filter((trace) => !sent.some((layer) => layer.includes(trace)));
    },
  };
};

const word = /[a-z0-9](?:[a-z0-9_@.-]*[a-z0-9_])?/g;
const wholeWord = /^[a-z0-9](?:[a-z0-9_@.-]*[a-z0-9_])?$/;

/** What stands in base64 or base64url. */
const decoded = (text: string): string[] =>
  (text.match(/[\w+/-]{20,}={0,2}/g) ?? [])
    .filter((found) => !uuid.test(found))
    .map((found) => Buffer.from(found, "base64").toString("latin1"));

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const layersOf = ({ input, headers }: Pick<Call, "input" | "headers">): string[] => {
  const sent = JSON.stringify([input ?? null, headers]);
  return [sent, ...decoded(sent)].map((layer) => layer.toLowerCase());
};

/** All that an answer consists of, in one text. */
export const textOf = ({ headers, body }: Answer): string => `${headers.join("\n")}\n${body}`;
