import { flagsOf, roles } from "../../roles.ts";
import { values } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Roles of `packages/db/src/roles.ts` that the cluster lacks. */
export const roleMissing: Rule = {
  id: "role-missing",
  title: "Every role of Severalty exists",
  level: "error",
  why: "Who may do what is cut along these roles; where one is missing, another does its work with rights that it should not have.",
  mender: "administrator",
  sql: `select spec.name as object, 'does not exist' as detail, format('create role %I %s', spec.name, spec.flags) as fix
    from ${values(
      Object.entries(roles).map(([name, spec]) => [name, flagsOf(spec)]),
      2,
    )} spec (name, flags)
    where not exists (select from pg_roles r where r.rolname = spec.name)`,
};
