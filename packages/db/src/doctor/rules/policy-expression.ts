import { policies, policyTables } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** USING and WITH CHECK, held against the one expression that the table should have. */
export const policyExpression: Rule = {
  id: "policy-expression",
  title: "A policy says that the row's tenant is the entered one, and nothing else",
  level: "error",
  why: "One `or` is enough to show another tenant's rows; a missing WITH CHECK lets a row be written into another tenant.",
  mender: "migrator",
  sql: `select t.name as object, format('policy %s: using %s with check %s; should be %s', p.name, coalesce(p.says_using, 'nothing'),
        coalesce(p.says_check, 'nothing'), t.canonical) as detail,
      format('alter policy %s on %s using (%s) with check (%s)', p.name, t.name, t.canonical, t.canonical) as fix
    from ${policies} p join ${policyTables} t on t.oid = p.polrelid
    where p.roles = array[t.role] and p.polcmd = '*' and p.polpermissive
      and (p.says_using, p.says_check) is distinct from (t.canonical, t.canonical)`,
};
