import { list, tables } from "../catalog.ts";
import { globalPolicies, openTables } from "../expected.ts";
import type { Rule } from "../rule.ts";

/** What belongs to no tenant is listed in `globalPolicies` and `openTables`. */
export const tenantIdMissing: Rule = {
  id: "tenant-id-missing",
  title: "Every table of app names the tenant of its rows",
  level: "error",
  why: "Nothing can keep the rows of a table apart that does not say whose they are.",
  mender: "migrator",
  sql: `select t.name as object, 'has no column tenant_id' as detail,
      format(E'-- give the rows that there are their tenant first\\nalter table %s add column tenant_id uuid not null references app.tenants (id) on delete cascade', t.name) as fix
    from ${tables} t where t.schema = 'app' and not t.is_partition and not t.is_scoped and t.name not in ${list([...openTables, ...Object.keys(globalPolicies)])}`,
};
