import { list, tables } from "../catalog.ts";
import { openTables } from "../expected.ts";
import type { Rule } from "../rule.ts";

/** Partitions and archived months too: whoever names one directly does not pass its parent's policies. */
export const rlsDisabled: Rule = {
  id: "rls-disabled",
  title: "Every table has row-level security enabled, partitions too",
  level: "error",
  why: "Without it a grant on the table is a grant on the rows of every tenant.",
  mender: "migrator",
  isLasting: true,
  sql: `select t.name as object, 'row-level security is disabled' as detail, format('alter table %s enable row level security', t.name) as fix
    from ${tables} t where not t.relrowsecurity and t.name not in ${list(openTables)}`,
};
