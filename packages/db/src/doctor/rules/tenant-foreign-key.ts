import { foreignKeys, tables } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Tables of tenants, the audit log included. */
export const tenantForeignKey: Rule = {
  id: "tenant-foreign-key",
  title: "A tenant's rows go when the tenant goes",
  level: "error",
  why: "Without a cascading foreign key to app.tenants the rows of an erased tenant stay behind, and rows of tenants that never were can be written.",
  mender: "migrator",
  sql: `select t.name as object, 'has no cascading foreign key from tenant_id to app.tenants' as detail,
      format('alter table %s add foreign key (tenant_id) references app.tenants (id) on delete cascade', t.name) as fix
    from ${tables} t where t.is_scoped and not exists (select from ${foreignKeys} k
      where k.conrelid = t.oid and k.target = 'app.tenants' and k.columns = array['tenant_id'] and k.confdeltype = 'c')`,
};
