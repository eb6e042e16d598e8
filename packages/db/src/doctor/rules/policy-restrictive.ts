import { policies, tables } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** RESTRICTIVE policies of any table of Severalty's. */
export const policyRestrictive: Rule = {
  id: "policy-restrictive",
  title: "No policy is restrictive",
  level: "error",
  why: "A restrictive policy only narrows what another permits, so it hides that the other is too wide; and Citus turns it into a permissive one on its shards.",
  mender: "migrator",
  isLasting: true,
  sql: `select t.name as object, format('policy %s is restrictive', p.name) as detail, format('drop policy %s on %s', p.name, t.name) as fix
    from ${policies} p join ${tables} t on t.oid = p.polrelid where not p.polpermissive`,
};
