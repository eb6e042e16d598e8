import { ourSchemas } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** What a CREATE INDEX CONCURRENTLY that was cut off leaves behind. */
export const indexInvalid: Rule = {
  id: "index-invalid",
  title: "Every index is valid",
  level: "warning",
  why: "An invalid index answers no query, costs every write, and a unique one does not hold for the rows that there were.",
  mender: "migrator",
  sql: `select i.indrelid::regclass::text as object, i.indexrelid::regclass || ' is invalid' as detail, format('reindex index concurrently %s', i.indexrelid::regclass) as fix
    from pg_index i join pg_class c on c.oid = i.indrelid where not i.indisvalid and c.relnamespace in ${ourSchemas}`,
};
