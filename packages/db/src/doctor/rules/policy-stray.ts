import { policies, policyTables, tables } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** For another role than the table's, or on a table that only gate functions read. */
export const policyStray: Rule = {
  id: "policy-stray",
  title: "A policy is for one role, which reads such tables, and on no partition, sealed or archived table",
  level: "error",
  why: "A policy for PUBLIC or another role opens rows to whoever gets a grant; partitions and sealed tables are closed to all because they have none.",
  mender: "migrator",
  sql: `select t.name as object, format('policy %s is for %s', p.name, array_to_string(p.roles, ', ')) as detail,
      format('drop policy %s on %s', p.name, t.name) as fix
    from ${policies} p join ${tables} t on t.oid = p.polrelid
    where not exists (select from ${policyTables} w where w.oid = t.oid and p.roles = array[w.role])`,
};
