import { tables } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Triggers of foreign keys too, which only a superuser can switch off and on. */
export const triggerDisabled: Rule = {
  id: "trigger-disabled",
  title: "No trigger is disabled",
  level: "error",
  why: "A restore or a bulk load that switched triggers off left changes without an audit record, or foreign keys without a check.",
  mender: "administrator",
  sql: `select t.name as object, format('trigger %I is %s', g.tgname, case g.tgenabled when 'D' then 'disabled' when 'R' then 'for replicas alone' else 'always on' end) as detail,
      format('alter table %s enable trigger %I', t.name, g.tgname) as fix
    from pg_trigger g join ${tables} t on t.oid = g.tgrelid where g.tgenabled <> 'O'`,
};
