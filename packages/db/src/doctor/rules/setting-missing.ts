import { serverRoles, serverSettings } from "../../roles.ts";
import { sessionSettings, values } from "../catalog.ts";
import type { Rule } from "../rule.ts";

const limits = Object.entries(serverSettings).filter(([name]) => name !== "track_activities");

/** Limits of time that provisioning gives to each role that the server logs in with; another length than its own is the operator's choice. */
export const settingMissing: Rule = {
  id: "setting-missing",
  title: "A stuck statement, lock or idle transaction of the server ends by itself",
  level: "warning",
  why: "Without its limits one tenant's statement holds locks and a connection for as long as it likes, and every other tenant waits.",
  mender: "administrator",
  isLasting: true,
  sql: `select spec.role as object, format('begins without %s', spec.name) as detail,
      format('alter role %I set %I = %L', spec.role, spec.name, spec.value) as fix
    from ${values(
      serverRoles.flatMap((role) => limits.map(([name, value]) => [role, name, value])),
      3,
    )} spec (role, name, value) join pg_roles r on r.rolname = spec.role
    where not exists (select from ${sessionSettings} s where s.role = spec.role and s.name = spec.name and s.setdatabase = 0
      and s.value !~ '^0+ *[a-z]*$')`,
};
