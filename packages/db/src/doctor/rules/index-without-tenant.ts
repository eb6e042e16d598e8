import { indexes, list } from "../catalog.ts";
import { indexesAcrossTenants } from "../expected.ts";
import type { Rule } from "../rule.ts";

/** Indexes that are not unique; `indexesAcrossTenants` names the exceptions and their reasons. */
export const indexWithoutTenant: Rule = {
  id: "index-without-tenant",
  title: "An index of a tenant's table begins with the tenant",
  level: "warning",
  why: "A search along it walks the rows of every tenant before the policy hides them: how long it takes tells of others, and grows with them.",
  mender: "migrator",
  sql: `select i.table as object, format('%s begins with %s', i.name, i.columns[1]) as detail,
      format('drop index concurrently %s', i.name) || case when i.amname = 'btree' then
        format(E';\\ncreate index concurrently %I on %s (%s)%s', i.relname, i.table,
          array_to_string('tenant_id'::text || array_remove(i.columns, 'tenant_id'), ', '), ' where ' || i.predicate) else '' end as fix
    from ${indexes} i where not i.indisunique and i.columns[1] <> 'tenant_id' and i.relname not in ${list(Object.keys(indexesAcrossTenants))}`,
};
