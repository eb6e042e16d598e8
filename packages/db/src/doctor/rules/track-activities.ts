import { serverRoles } from "../../roles.ts";
import { sessionSettings, values } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Only a superuser can set it, and no role can switch it on again for itself. */
export const trackActivities: Rule = {
  id: "track-activities",
  title: "The statements of the server's sessions are shown to no other session",
  level: "warning",
  why: "pg_stat_activity shows a role the running statements of its own other sessions, which work for other tenants: who is busy with what, and literals if a statement ever holds any.",
  mender: "administrator",
  sql: `select spec.role as object, 'shows its statements in pg_stat_activity' as detail,
      format('alter role %I set track_activities = off', spec.role) as fix
    from ${values(
      serverRoles.map((role) => [role]),
      1,
    )} spec (role) join pg_roles r on r.rolname = spec.role
    where not exists (select from ${sessionSettings} s where s.role = spec.role and s.name = 'track_activities'
      and lower(s.value) in ('off', 'false', 'no', '0'))`,
};
