import { policies, policyTables } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Tables of tenants and of sign-in. */
export const policyMissing: Rule = {
  id: "policy-missing",
  title: "Every table that the server works with has a policy for its role",
  level: "warning",
  why: "Without a policy the role sees no row and writes none; the next hand to mend it in haste may disable row-level security instead.",
  mender: "migrator",
  sql: `select t.name as object, format('has no policy for %s', t.role) as detail,
      format('create policy %I on %s to %s using (%s) with check (%s)', t.relname || '_' || t.role || '_policy', t.name, t.role, t.canonical, t.canonical) as fix
    from ${policyTables} t
    where t.canonical is not null and not exists (select from ${policies} p where p.polrelid = t.oid and t.role = any (p.roles))`,
};
