import { tables } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Partitions have their parent's constraint. */
export const tenantIdNullable: Rule = {
  id: "tenant-id-nullable",
  title: "A row's tenant is never null",
  level: "error",
  why: "A row without a tenant is nobody's: no policy shows it, no cascade erases it, and unique and foreign keys do not hold for it.",
  mender: "migrator",
  sql: `select t.name as object, 'tenant_id may be null' as detail, format('alter table %s alter column tenant_id set not null', t.name) as fix
    from ${tables} t join pg_attribute a on a.attrelid = t.oid and a.attname = 'tenant_id' where t.is_scoped and not a.attnotnull`,
};
