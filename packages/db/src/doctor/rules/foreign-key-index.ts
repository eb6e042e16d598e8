import { foreignKeys } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** The tenant itself is left out: nearly every index begins with it. */
export const foreignKeyIndex: Rule = {
  id: "foreign-key-index",
  title: "A foreign key has an index that begins with its columns",
  level: "warning",
  why: "Deleting what it refers to reads the whole table otherwise, all tenants' rows, while it holds locks.",
  mender: "migrator",
  sql: `select k.table as object, format('%s has no index on %s', k.name, array_to_string(k.columns, ', ')) as detail,
      format('create index concurrently on %s (%s)', k.table, array_to_string(k.columns, ', ')) as fix
    from ${foreignKeys} k where k.target <> 'app.tenants' and not exists (select from pg_index i where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null
      and i.indkey::text || ' ' like array_to_string(k.conkey, ' ') || ' %')`,
};
