import { roles } from "../../roles.ts";
import { list, sessionSettings } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** `row_security = off` for a role, the database or all. */
export const rowSecuritySetting: Rule = {
  id: "row-security-setting",
  title: "No role begins with row_security = off",
  level: "error",
  why: "With row_security off PostgreSQL refuses each statement that a policy would filter: the server could answer nobody, and a role that bypasses would not notice.",
  mender: "administrator",
  isLasting: true,
  sql: `select s.role as object, format('begins with %s = %s', s.name, s.value) as detail, s.fix from ${sessionSettings} s
    where (s.setrole = 0 or s.role in ${list(Object.keys(roles))}) and s.name = 'row_security'
      and lower(s.value) not in ('on', 'true', 'yes', '1')`,
};
