import { executors } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** PostgreSQL lets everybody execute a new function. */
export const definerPublic: Rule = {
  id: "definer-public",
  title: "No SECURITY DEFINER function may be executed by everybody",
  level: "error",
  why: "Any role that can connect passes through the door that was made for one.",
  mender: "administrator",
  isLasting: true,
  sql: `select f.name as object, 'public may execute it' as detail, format('revoke execute on routine %s from public', f.name) as fix
    from ${executors} f where f.prosecdef and f.grantee = 'public'`,
};
