import { list, tables } from "../catalog.ts";
import { ruleTriggers } from "../expected.ts";
import type { Rule } from "../rule.ts";

/** Triggers beside the audit triggers and `ruleTriggers`. */
export const triggerUnlisted: Rule = {
  id: "trigger-unlisted",
  title: "Every trigger is known",
  level: "error",
  why: "A trigger is shown each row that anybody writes, and can change it, copy it or call out.",
  mender: "administrator",
  sql: `select t.name as object, format('trigger %I calls %s', g.tgname, g.tgfoid::regprocedure) as detail, format('drop trigger %I on %s', g.tgname, t.name) as fix
    from pg_trigger g join ${tables} t on t.oid = g.tgrelid
    where not g.tgisinternal and g.tgparentid = 0 and g.tgname not in ${list(ruleTriggers)}
      and not (g.tgname = t.relname || '_audit' and g.tgfoid::regprocedure::text = 'app.audit()')`,
};
