/** A word, a sign or a literal of SQL, with its place and how many parentheses it stands in. */
export interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

const pattern = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"[^"]*"|\w+|\|\||::|:=|<>|<=|>=|\s+|[\s\S]/g;

/** The tokens of a statement or a PL/pgSQL body, without blanks and comments; words in lower case. */
export const tokensOf = (sql: string): Token[] => {
  const tokens: Token[] = [];
  let depth = 0;
  for (const { 0: text, index: start } of sql.matchAll(pattern)) {
    if (/^\s|^--|^\/\*/.test(text)) continue;
    if (text === ")" || text === "]") depth--;
    tokens.push({ text: /^\w+$/.test(text) ? text.toLowerCase() : text, start, end: start + text.length, depth });
    if (text === "(" || text === "[") depth++;
  }
  return tokens;
};
