import { policies, tables } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** The oldest stays as it is; what that one says is held by `policy-expression`. */
export const policyDuplicate: Rule = {
  id: "policy-duplicate",
  title: "A table has at most one permissive policy for a role",
  level: "error",
  why: "Permissive policies are joined by OR: the widest of them decides.",
  mender: "migrator",
  isLasting: true,
  sql: `select t.name as object, format('policies for %s: %s', role, string_agg(p.name, ', ' order by p.oid)) as detail,
      string_agg(format('drop policy %s on %s', p.name, t.name), E';\\n' order by p.oid) filter (where p.nth > 1) as fix
    from (select p.*, role, row_number() over (partition by p.polrelid, role order by p.oid) as nth
      from ${policies} p, unnest(p.roles) role where p.polpermissive) p join ${tables} t on t.oid = p.polrelid
    group by t.name, role having count(*) > 1`,
};
