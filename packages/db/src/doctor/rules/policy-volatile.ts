import { policies, policyTables, replacePolicy } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Reads the functions out of the stored expressions, because PostgreSQL records no dependency on its own. */
export const policyVolatile: Rule = {
  id: "policy-volatile",
  title: "No policy calls a volatile function",
  level: "warning",
  why: "A volatile function runs for every row instead of once per statement, and may answer differently within one; it also keeps the planner from using the tenant's index.",
  mender: "migrator",
  sql: `select t.name as object, format('policy %s calls %s, which is volatile', p.name, f.oid::regprocedure) as detail,
      case when f.pronamespace = 'pg_catalog'::regnamespace then ${replacePolicy} else format('alter function %s stable', f.oid::regprocedure) end as fix
    from ${policies} p join ${policyTables} t on t.oid = p.polrelid,
      lateral (select distinct f.oid, f.pronamespace from regexp_matches(concat(p.polqual::text, p.polwithcheck::text), ':(?:funcid|opfuncid) (\\d+)', 'g') found
        join pg_proc f on f.oid = found[1]::oid where f.provolatile = 'v') f where t.canonical is not null and p.roles = array[t.role]`,
};
