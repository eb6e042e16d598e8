import { roles } from "../../roles.ts";
import { list, sessionSettings } from "../catalog.ts";
import type { Rule } from "../rule.ts";

const redirecting = [
  "search_path",
  "role",
  "session_preload_libraries",
  "local_preload_libraries",
  "session_replication_role",
  "default_table_access_method",
  "default_tablespace",
  "temp_tablespaces",
];

/** Settings of roles and of the database that change what a statement means. */
export const roleSetting: Rule = {
  id: "role-setting",
  title: "No setting of a role or of the database redirects what the server's statements reach",
  level: "error",
  why: "search_path decides which table a name means, session_replication_role whether triggers and foreign keys hold, app.context who is entered; every session would begin with it.",
  mender: "administrator",
  isLasting: true,
  sql: `select s.role as object, format('begins with %s = %s', s.name, s.value) as detail, s.fix from ${sessionSettings} s
    where (s.setrole = 0 or s.role in ${list(Object.keys(roles))}) and (s.name in ${list(redirecting)} or s.name ~ '^app\\.')`,
};
