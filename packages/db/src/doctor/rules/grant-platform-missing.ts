import { tables } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Columns of tenants' tables that are not binary. */
export const grantPlatformMissing: Rule = {
  id: "grant-platform-missing",
  title: "The role of the platform reads every other column of a tenant's table",
  why: "A grant for a tenant shows all of it, or the operator who has to find a fault meets one more, and somebody mends that in haste with too much.",
  level: "warning",
  mender: "migrator",
  sql: `select t.name as object, format('severalty_platform does not read %s', string_agg(quote_ident(a.attname), ', ' order by a.attnum)) as detail,
      format('grant select (%s) on %s to severalty_platform', string_agg(quote_ident(a.attname), ', ' order by a.attnum), t.name) as fix
    from ${tables} t join pg_attribute a on a.attrelid = t.oid
    where t.is_scoped and a.attnum > 0 and not a.attisdropped and a.atttypid <> 'bytea'::regtype
      and not has_column_privilege((select r.oid from pg_roles r where r.rolname = 'severalty_platform'), t.oid, a.attnum, 'SELECT')
    group by t.oid, t.name`,
};
