import { roles } from "../../roles.ts";
import { list } from "../catalog.ts";
import type { Rule } from "../rule.ts";

const names = Object.keys(roles);
const bypassing = Object.entries(roles).flatMap(([name, { bypassRls }]) => (bypassRls ? [name] : []));

/** Superuser, or BYPASSRLS beyond gate and migrator. */
export const roleBypassesRls: Rule = {
  id: "role-bypasses-rls",
  title: "No role but gate and migrator bypasses row-level security, and none is a superuser",
  level: "error",
  why: "A superuser and a role with BYPASSRLS see the rows of every tenant, whatever the policies say.",
  mender: "administrator",
  isLasting: true,
  sql: `select r.rolname::text as object, concat_ws(' and ', case when r.rolsuper then 'is a superuser' end,
      case when r.rolbypassrls and r.rolname not in ${list(bypassing)} then 'has BYPASSRLS' end) as detail,
      format('alter role %I nosuperuser %s', r.rolname,
        case when r.rolname in ${list(bypassing)} then 'bypassrls' else 'nobypassrls' end) as fix
    from pg_roles r where r.rolname in ${list(names)}
      and (r.rolsuper or r.rolbypassrls and r.rolname not in ${list(bypassing)})`,
};
