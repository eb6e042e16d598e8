import type { LintedStatement } from "./rule.ts";

/** Cuts the texts of a migration into commands that patterns can be held against. */
export const readSql = (texts: readonly string[]): LintedStatement[] =>
  texts.flatMap((text, at) =>
    normal(text)
      .split(";")
      .map((sql) => sql.trim())
      .filter((sql) => sql !== "")
      .map((sql) => ({ sql, text, number: at + 1 })),
  );

const normal = (text: string): string =>
  text
    .replace(opaque, (token: string, _tag: unknown, name: string | undefined) => {
      if (name !== undefined) return name;
      if (token.startsWith("'")) return "''";
      return token.startsWith("$") ? "$$$$" : " ";
    })
    .toLowerCase()
    .replace(/\s+/g, " ")
    .replace(/\( /g, "(")
    .replace(/ \)/g, ")");

/** Comments, literals, bodies between dollars, and quoted names, of which the name is kept (PostgreSQL manual, section 4.1). */
const opaque = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\1\$|"([^"]+)"/g;

/** What a DO block does, in the same form as a command; undefined of anything else. */
export const blockOf = (text: string): string | undefined => {
  const body = /^\s*do (?:language plpgsql )?\$(\w*)\$([\s\S]*)\$\1\$\s*$/i.exec(text)?.[2];
  return body === undefined ? undefined : normal(body);
};

/** The qualified name of the table that a command creates, or undefined. */
export const createdTable = (sql: string): string | undefined =>
  /^create (?:unlogged )?table (?:if not exists )?([\w.]+)/.exec(sql)?.[1];

/** The qualified name of the table that a command alters, or undefined. */
export const alteredTable = (sql: string): string | undefined =>
  /^alter table (?:if exists )?(?:only )?([\w.]+)/.exec(sql)?.[1];

/** Every table that a migration creates. */
export const createdTables = (statements: readonly LintedStatement[]): Set<string> =>
  new Set(statements.flatMap(({ sql }) => createdTable(sql) ?? []));

/** Columns and constraints of CREATE TABLE, or actions of ALTER TABLE; none of any other command. */
export const partsOf = (sql: string): string[] => {
  if (createdTable(sql) !== undefined) return splitAtCommas(sql.slice(sql.indexOf("(") + 1, sql.lastIndexOf(")")));
  const table = alteredTable(sql);
  return table === undefined ? [] : splitAtCommas(sql.slice(sql.indexOf(table) + table.length));
};

/** At commas that are in no parentheses. */
const splitAtCommas = (list: string): string[] => {
  const parts: string[] = [];
  let [depth, part] = [0, ""];
  for (const letter of list) {
    if (letter === "(") depth += 1;
    if (letter === ")") depth -= 1;
    if (letter === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
    } else part += letter;
  }
  return [...parts, part.trim()];
};
