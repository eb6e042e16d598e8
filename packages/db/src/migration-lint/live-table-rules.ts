import { alteredTable, createdTables, partsOf } from "./read-sql.ts";
import { eachStatement, type Rule } from "./rule.ts";

export const concurrentIndex: Rule = {
  name: "concurrent-index",
  reason:
    "CREATE INDEX keeps every writer of the table out until it is built; CONCURRENTLY does not, and cannot run in a transaction.",
  mend: "Write `create index concurrently` in a migration of its own with `isTransactional() { return false }`.",
  find: eachStatement((sql, { isTransactional, statements }) => {
    const [, concurrently, table = ""] =
      /^create (?:unique )?index (concurrently )?(?:if not exists )?(?:\w+ )?on (?:only )?([\w.]+)/.exec(sql) ?? [];
    if (table === "" || (concurrently === undefined && createdTables(statements).has(table))) return undefined;
    if (concurrently === undefined) return `an index on ${table}, which is there already, without CONCURRENTLY`;
    return isTransactional ? "CONCURRENTLY in a transaction" : undefined;
  }),
};

export const notValidFirst: Rule = {
  name: "not-valid-first",
  reason: "A new constraint on a table that is there reads all of it under a lock that keeps writers out.",
  mend: "Add it with `not valid`, and validate it in a later migration; make a unique key of an index built concurrently (`using index`).",
  find: eachStatement((sql, { statements }) => {
    const table = alteredTable(sql);
    if (table === undefined || createdTables(statements).has(table)) return undefined;
    const wrong = partsOf(sql).find((part) => part.startsWith("add ") && scans(part));
    return wrong === undefined ? undefined : `a constraint on ${table}, which is there already, that is valid at once`;
  }),
};

const scans = (part: string): boolean => {
  if (/ (?:unique|primary key) ?\(/.test(part) || /^add (?:column )?.* unique$/.test(part)) return true;
  if (/ exclude /.test(part)) return true;
  return /\b(?:references|check)\b/.test(part) && !part.endsWith(" not valid");
};

export const resumable: Rule = {
  name: "resumable",
  reason:
    "A migration without a transaction runs again from its start after a failure, and must bear that at every point.",
  mend: "Put `drop index concurrently if exists …` before each `create index concurrently …` of that name, and everything else into another migration.",
  find: ({ isTransactional, statements }) =>
    isTransactional
      ? []
      : statements.flatMap((statement, at) => {
          const before = statements.slice(0, at).map(({ sql }) => sql);
          const what = notResumable(statement.sql, before);
          return what === undefined ? [] : [{ statement, what }];
        }),
};

const notResumable = (sql: string, before: readonly string[]): string | undefined => {
  if (sql.startsWith("drop index concurrently if exists ")) return undefined;
  if (/^alter table [\w.]+ validate constraint \w+$/.test(sql)) return undefined;
  const [, name, schema] = /^create (?:unique )?index concurrently (\w+) on (?:only )?(\w+)\./.exec(sql) ?? [];
  if (name === undefined) return "a statement that may not be repeatable";
  return before.includes(`drop index concurrently if exists ${schema}.${name}`)
    ? undefined
    : `no drop of ${schema}.${name} before it`;
};
