import { tokensOf, type Token } from "./sql-tokens.ts";

/** A change to a text: what stands from `start` to `end` gives way to `text`. */
export interface Cut {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What is not asked any more. */
  readonly what: string;
}

const opens = new Set(["where", "on", "if", "elsif", "when", ":=", "and", "or", "return", "select"]);
const closes = new Set(
  "and or then where join left inner cross order group limit into for returning loop else end from set values union on when using".split(
    " ",
  ),
);

/**
 * Each condition of a SQL or PL/pgSQL text that stands beside others, taken out; a lone one behind WHERE replaced by `true`, and one that
 * leads to `return` by `false`.
 */
export const conditionCuts = (sql: string): Cut[] => {
  const tokens = tokensOf(sql);
  const cuts: Cut[] = [];
  const cut = (start: number, end: number, text: string, what: string) =>
    cuts.push({ start, end, text, what: what.replace(/\s+/g, " ").trim() });
  for (const [at, token] of tokens.entries()) {
    if (token.text === "and" || token.text === "or") {
      if (isBetween(tokens, at)) continue;
      const right = endOf(tokens, at);
      cut(token.start, right, "", sql.slice(token.end, right));
      const left = beginOf(tokens, at);
      // What stands before an earlier `and` of the same row has been taken out as its right side.
      if (left !== undefined && tokens[left - 1] && !["and", "or"].includes(tokens[left - 1]?.text ?? ""))
        cut(tokens[left]?.start ?? 0, token.end, "", sql.slice(tokens[left]?.start, token.start));
    } else if (token.text === "where" || (token.text === "on" && tokens[at + 1]?.text !== "conflict")) {
      const end = endOf(tokens, at);
      const next = tokens.find(({ start }) => start >= end);
      const isLone = next?.text !== "and" && next?.text !== "or" && sql.slice(token.end, end).trim() !== "true";
      if (isLone) cut(token.end, end, " true ", sql.slice(token.end, end));
    } else if (token.text === "if" && tokens[at - 1]?.text !== "end") {
      const then = tokens.findIndex(
        (other, index) => index > at && other.text === "then" && other.depth === token.depth,
      );
      // What leads to `raise` is taken out there.
      if (tokens[then + 1]?.text === "return")
        cut(token.end, tokens[then]?.start ?? token.end, " false ", `if ${sql.slice(token.end, tokens[then]?.start)}`);
    }
  }
  return cuts;
};

const isBetween = (tokens: readonly Token[], at: number): boolean => {
  const depth = tokens[at]?.depth;
  for (let back = at - 1; back >= 0; back--) {
    const token = tokens[back];
    if (token === undefined || token.depth < (depth ?? 0)) return false;
    if (token.depth !== depth) continue;
    if (token.text === "between") return true;
    if (opens.has(token.text)) return false;
  }
  return false;
};

/** Where what follows a token ends: before the next word that closes a condition, at the same depth. */
const endOf = (tokens: readonly Token[], at: number): number => {
  const { depth = 0 } = tokens[at] ?? {};
  let inCase = 0;
  for (let next = at + 1; next < tokens.length; next++) {
    const token = tokens[next];
    if (token === undefined) break;
    if (token.text === "case") inCase++;
    if (token.text === "end" && inCase > 0) inCase--;
    else if (token.depth < depth || (inCase === 0 && token.depth === depth && isClosing(tokens, next)))
      return tokens[next - 1]?.end ?? 0;
  }
  return tokens.at(-1)?.end ?? 0;
};

/** `is distinct from` is an operator. */
const isClosing = (tokens: readonly Token[], at: number): boolean => {
  const { text = "" } = tokens[at] ?? {};
  if (text === "from" && tokens[at - 1]?.text === "distinct") return false;
  if (text === "and" && isBetween(tokens, at)) return false;
  return text === ";" || text === "," || closes.has(text);
};

const beginOf = (tokens: readonly Token[], at: number): number | undefined => {
  const { depth = 0 } = tokens[at] ?? {};
  for (let back = at - 1; back >= 0; back--) {
    const token = tokens[back];
    if (token === undefined) return undefined;
    if (token.depth < depth) return token.text === "(" ? back + 1 : undefined;
    if (token.depth === depth && (token.text === "end" || token.text === "case")) return undefined;
    if (token.depth === depth && opens.has(token.text)) return back + 1;
  }
  return undefined;
};

/** Each `raise exception` without its effect. */
export const raiseCuts = (sql: string): Cut[] => {
  const tokens = tokensOf(sql);
  return tokens.flatMap((token, at) => {
    if (token.text !== "raise" || tokens[at + 1]?.text !== "exception") return [];
    const end = tokens.find(({ text, start }) => start > token.start && text === ";");
    if (end === undefined) return [];
    return [{ start: token.start, end: end.start, text: "null", what: sql.slice(token.start, end.start) }];
  });
};

/** Each part of what is hashed, left out: the text of an expression within `sha256`, and that text without the part. */
export const hashedParts = (sql: string): { from: string; to: string; part: string }[] => {
  const found = new Map<string, { from: string; to: string; part: string }>();
  const tokens = tokensOf(sql);
  for (const [at, token] of tokens.entries()) {
    if (token.text !== "(" || !["sha256", "convert_to"].includes(tokens[at - 1]?.text ?? "")) continue;
    const end = tokens.findIndex((other, index) => index > at && other.depth === token.depth && other.text === ")");
    const inner = tokens.slice(at + 1, end).filter(({ depth, text }) => depth > token.depth || text !== ")");
    const comma = inner.find(({ text, depth }) => text === "," && depth === token.depth + 1);
    const last = comma?.start ?? tokens[end]?.start ?? token.end;
    const from = sql.slice(token.end, last);
    const bars = inner.filter(({ text, depth, start }) => text === "||" && depth === token.depth + 1 && start < last);
    const places = [token.end, ...bars.map((bar) => bar.end)];
    const ends = [...bars.map((bar) => bar.start), last];
    if (bars.length === 0) continue;
    for (const [index, place] of places.entries()) {
      const parts = places
        .map((start, number) => sql.slice(start, ends[number]).trim())
        .filter((_, number) => number !== index);
      const part = sql.slice(place, ends[index]).trim();
      found.set(`${from} ${part}`, { from, to: parts.join(" || "), part });
    }
  }
  return [...found.values()];
};
