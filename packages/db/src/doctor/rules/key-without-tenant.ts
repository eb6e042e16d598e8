import { indexes, list } from "../catalog.ts";
import { keysAcrossTenants } from "../expected.ts";
import type { Rule } from "../rule.ts";

/** Primary keys, unique constraints and unique indexes of tenants' tables; `keysAcrossTenants` names the exceptions and their reasons. */
export const keyWithoutTenant: Rule = {
  id: "key-without-tenant",
  title: "A unique key of a tenant's table begins with the tenant",
  level: "error",
  why: "A unique key holds past row-level security: refusing a value tells one tenant that another has it.",
  mender: "migrator",
  sql: `select i.table as object, format('%s is unique across tenants: %s', i.name, array_to_string(i.columns, ', ')) as detail,
      case when i.constraint is null
        then format(E'drop index %s;\\ncreate unique index %I on %s using %s (%s)%s', i.name, i.relname, i.table, i.amname, c.columns, ' where ' || i.predicate)
        else format(E'alter table %s drop constraint %s;\\nalter table %s add constraint %s %s (%s)', i.table, i.constraint, i.table, i.constraint,
          case when i.indisprimary then 'primary key' else 'unique' end, c.columns) end as fix
    from ${indexes} i, lateral (select array_to_string('tenant_id'::text || array_remove(i.columns, 'tenant_id'), ', ') as columns) c
    where i.indisunique and i.columns[1] <> 'tenant_id' and i.relname not in ${list(Object.keys(keysAcrossTenants))}`,
};
