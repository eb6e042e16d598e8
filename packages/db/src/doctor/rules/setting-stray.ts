import { serverRoles, serverSettings } from "../../roles.ts";
import { list, sessionSettings } from "../catalog.ts";
import type { Rule } from "../rule.ts";

const known = ["row_security", ...Object.keys(serverSettings)];

/** Every role may ALTER ROLE itself SET, in one database too; what redirects statements is an error of `role-setting`. */
export const settingStray: Rule = {
  id: "setting-stray",
  title: "The server's roles begin with the settings that they were given, and no other",
  level: "warning",
  why: "Whoever runs SQL of his own as a role can leave a setting with which every later session of that role begins, those for other tenants too.",
  mender: "administrator",
  isLasting: true,
  sql: `select s.role as object, format('begins with %s = %s', s.name, s.value) as detail, s.fix from ${sessionSettings} s
    where s.role in ${list(serverRoles)} and (s.name not in ${list(known)} or s.setdatabase <> 0)`,
};
