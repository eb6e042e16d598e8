import { isOfExtension, isOfSystem, ours, tables } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** In Severalty's schemas, or made from its tables. */
export const materializedView: Rule = {
  id: "materialized-view",
  title: "No materialised view keeps a copy of rows",
  level: "error",
  why: "PostgreSQL has no row-level security for materialised views: the copy holds the rows that its owner saw, of every tenant.",
  mender: "administrator",
  isLasting: true,
  sql: `select c.oid::regclass::text as object, 'a copy that belongs to ' || c.relowner::regrole as detail,
      format('drop materialized view %s', c.oid::regclass) as fix
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'm' and not ${isOfSystem("n.nspname")} and not ${isOfExtension("pg_class", "c.oid")}
      and (n.nspname in ${ours} or exists (select from pg_rewrite r join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
        join ${tables} t on d.refclassid = 'pg_class'::regclass and t.oid = d.refobjid where r.ev_class = c.oid))`,
};
