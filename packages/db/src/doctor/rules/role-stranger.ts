import { roles } from "../../roles.ts";
import { list, tableGrants } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** A role that is not Severalty's, no superuser, has BYPASSRLS and privileges on tables. */
export const roleStranger: Rule = {
  id: "role-stranger",
  title: "No other role bypasses row-level security and reads Severalty's tables",
  level: "warning",
  why: "Such a role, made for a backup or a report, sees the rows of every tenant; it is as powerful as the migrator and should be known.",
  mender: "administrator",
  sql: `select r.rolname::text as object, 'has BYPASSRLS and ' || string_agg(distinct g.privilege || ' on ' || g.name, ', ') as detail,
      format('alter role %I nobypassrls', r.rolname) as fix
    from pg_roles r join ${tableGrants} g on g.grantee = r.oid::regrole::text or g.grantee = 'public'
    where r.rolbypassrls and not r.rolsuper and r.rolname not in ${list(Object.keys(roles))} group by r.rolname`,
};
