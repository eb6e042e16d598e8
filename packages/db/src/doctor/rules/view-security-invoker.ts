import { isOfExtension, isOfSystem, ours, tables } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Views in Severalty's schemas, and views elsewhere that read its tables. */
export const viewSecurityInvoker: Rule = {
  id: "view-security-invoker",
  title: "A view reads with the rights of whoever asks",
  level: "error",
  why: "Without security_invoker a view reads as its owner, and the policies that hold are the owner's: a superuser's view shows every tenant.",
  mender: "administrator",
  isLasting: true,
  sql: `select c.oid::regclass::text as object, 'reads as its owner, ' || c.relowner::regrole as detail,
      format('alter view %s set (security_invoker = true)', c.oid::regclass) as fix
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'v' and not ${isOfSystem("n.nspname")} and not ${isOfExtension("pg_class", "c.oid")}
      and not coalesce((select option_value::boolean from pg_options_to_table(c.reloptions) where option_name = 'security_invoker'), false)
      and (n.nspname in ${ours} or exists (select from pg_rewrite r join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
        join ${tables} t on d.refclassid = 'pg_class'::regclass and t.oid = d.refobjid where r.ev_class = c.oid))`,
};
