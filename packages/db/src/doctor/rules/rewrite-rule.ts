import { tables } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** CREATE RULE on tables; a view's own rule is none. */
export const rewriteRule: Rule = {
  id: "rewrite-rule",
  title: "No rule rewrites statements on a table",
  level: "error",
  why: "What a rule adds to a statement runs with the rights and the policies of the table's owner.",
  mender: "administrator",
  sql: `select t.name as object, format('rule %I rewrites statements', r.rulename) as detail, format('drop rule %I on %s', r.rulename, t.name) as fix
    from pg_rewrite r join ${tables} t on t.oid = r.ev_class`,
};
