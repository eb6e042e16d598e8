import { executors, ours } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Functions of Severalty's schemas and of `public` that run with the caller's rights. */
export const functionPublic: Rule = {
  id: "function-public",
  title: "No function of Severalty's schemas or of public may be executed by everybody",
  level: "warning",
  why: "It runs with the caller's rights and so opens nothing today; made SECURITY DEFINER tomorrow, it would be open to all.",
  mender: "administrator",
  sql: `select f.name as object, 'public may execute it' as detail, format('revoke execute on routine %s from public', f.name) as fix
    from ${executors} f where not f.prosecdef and f.grantee = 'public' and (f.schema in ${ours} or f.schema = 'public')`,
};
