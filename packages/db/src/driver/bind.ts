import { isRaw, RawQueryFragment, type Platform } from "@mikro-orm/core";
import { readToken } from "./value-token.ts";

/** A statement as it travels: `$1`-style text, and values that never become part of it. */
export interface BoundStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/**
 * Turns MikroORM's `?` (a value), `??` (an identifier) and `\?` (a question mark), and tokens of values, into `$n` placeholders.
 * MikroORM itself would write values into the text, where other sessions can read them in pg_stat_activity.
 */
export const bind = (sql: string, values: readonly unknown[], platform: Platform): BoundStatement => {
  const parameters: unknown[] = [];
  return { sql: bindInto(sql, values, platform, parameters), parameters };
};

const bindInto = (sql: string, values: readonly unknown[], platform: Platform, parameters: unknown[]): string => {
  // As MikroORM has it: text without values keeps its question marks.
  const hasMarks = values.length > 0;
  let next = 0;
  let text = "";
  for (let at = 0; at < sql.length; at++) {
    const character = sql[at];
    const token = readToken(sql, at);
    if (token !== undefined) {
      text += placeholder(token.value, platform, parameters);
      at = token.end;
    } else if (!hasMarks) {
      text += character;
    } else if (character === "\\" && sql[at + 1] === "?") {
      text += "?";
      at++;
    } else if (character === "?" && sql[at + 1] === "?") {
      text += identifier(values[next++], platform, parameters);
      at++;
    } else if (character === "?") {
      text += placeholder(values[next++], platform, parameters);
    } else {
      text += character;
    }
  }
  return text;
};

const identifier = (name: unknown, platform: Platform, parameters: unknown[]): string => {
  const fragment = RawQueryFragment.getKnownFragment(name);
  if (fragment !== undefined) return bindInto(fragment.sql, fragment.params, platform, parameters);
  return platform.quoteIdentifier(String(name));
};

const placeholder = (value: unknown, platform: Platform, parameters: unknown[]): string => {
  if (isRaw(value)) return bindInto(value.sql, value.params, platform, parameters);
  // An array stands for a list of values, as in `in (?)`; array columns arrive as PostgreSQL array text.
  if (Array.isArray(value)) return value.map((item) => placeholder(item, platform, parameters)).join(", ");
  parameters.push(sent(value));
  return `$${parameters.length}`;
};

const sent = (value: unknown): unknown => {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return value.toString();
  return value ?? null;
};

/** A parameter as it travels: text, bytes or null. */
export type WireValue = string | Buffer | null;

/** What becomes of a parameter. Throws for what JSON cannot hold. */
export const wireValue = (value: unknown): WireValue => {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return typeof value === "object" ? JSON.stringify(value) : `${value as string | number | boolean | bigint}`;
};
