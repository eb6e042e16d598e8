import { alteredTable, blockOf, createdTables, partsOf } from "./read-sql.ts";
import { eachStatement, type LintedStatement, type Rule } from "./rule.ts";

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
  mend: "Put `drop index concurrently if exists …` before each `create index concurrently …` of that name, fill rows in a DO block that commits each batch and changes only what `is null` or `is distinct from` what it shall be, and put everything else into another migration.",
  find: ({ isTransactional, statements }) =>
    isTransactional
      ? []
      : statements.flatMap((statement, at) => {
          const before = statements.slice(0, at).map(({ sql }) => sql);
          const what = notResumable(statement, before);
          return what === undefined ? [] : [{ statement, what }];
        }),
};

const notResumable = ({ sql, text }: LintedStatement, before: readonly string[]): string | undefined => {
  if (sql.startsWith("drop index concurrently if exists ")) return undefined;
  if (/^alter table [\w.]+ validate constraint \w+$/.test(sql)) return undefined;
  if (sql.startsWith("do ")) return isBackfill(text) ? undefined : "a DO block that is not a backfill in batches";
  const [, name, schema] = /^create (?:unique )?index concurrently (\w+) on (?:only )?(\w+)\./.exec(sql) ?? [];
  if (name === undefined) return "a statement that may not be repeatable";
  return before.includes(`drop index concurrently if exists ${schema}.${name}`)
    ? undefined
    : `no drop of ${schema}.${name} before it`;
};

/** Commits as it goes, changes rows and nothing else, and knows by their values those that are still to do. */
const isBackfill = (text: string): boolean => {
  const body = blockOf(text);
  if (body === undefined || !/\bcommit ?;/.test(body) || !/\bupdate [\w.]+\.[\w.]+/.test(body)) return false;
  if (!/\bis (?:null|distinct from)\b/.test(body)) return false;
  return !/\b(?:insert|delete|merge|truncate|create|alter|drop|grant|revoke|execute|call|perform (?!pg_sleep ?\())\b/.test(
    body,
  );
};
