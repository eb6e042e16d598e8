import { foreignKeys } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Foreign keys between tables of tenants. */
export const foreignKeyWithoutTenant: Rule = {
  id: "foreign-key-without-tenant",
  title: "A foreign key to a tenant's table carries the tenant",
  level: "error",
  why: "Foreign keys are checked past row-level security: without the tenant in it a row may refer to another tenant's, and the check tells whether that one exists.",
  mender: "migrator",
  sql: `select k.table as object, format('%s refers to %s by %s alone', k.name, k.target, array_to_string(k.columns, ', ')) as detail,
      format(E'alter table %s drop constraint %s;\\nalter table %s add constraint %s foreign key (%s) references %s (%s)%s', k.table, k.name, k.table, k.name,
        array_to_string('tenant_id'::text || array_remove(k.columns, 'tenant_id'), ', '), k.target,
        array_to_string('tenant_id'::text || array_remove(k.target_columns, 'tenant_id'), ', '),
        case k.confdeltype when 'c' then ' on delete cascade' when 'r' then ' on delete restrict' end) as fix
    from ${foreignKeys} k where k.to_scoped and (k.columns[1] <> 'tenant_id' or k.target_columns[1] <> 'tenant_id')`,
};
