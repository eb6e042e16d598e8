import { list, tables } from "../catalog.ts";
import { openTables } from "../expected.ts";
import type { Rule } from "../rule.ts";

/** As `rls-disabled`, for FORCE. */
export const rlsNotForced: Rule = {
  id: "rls-not-forced",
  title: "Every table forces row-level security on its owner as well",
  level: "error",
  why: "Without FORCE the policies do not bind the owner, nor a function or view that runs with his rights.",
  mender: "migrator",
  isLasting: true,
  sql: `select t.name as object, 'row-level security does not bind the owner' as detail,
      format('alter table %s force row level security', t.name) as fix
    from ${tables} t where not t.relforcerowsecurity and t.name not in ${list(openTables)}`,
};
