import { ours } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Privileges on schemas, relations, columns and functions of Severalty's that their holder may hand on. */
export const grantOption: Rule = {
  id: "grant-option",
  title: "Nobody may hand on a privilege on what is Severalty's",
  level: "error",
  why: "Whoever holds a privilege with grant option can give it to everybody, and no migration says so.",
  mender: "migrator",
  isLasting: true,
  sql: `select h.name as object, format('%s may hand on %s%s', h.grantee, h.privilege, ' of column ' || h.attname) as detail,
      format('revoke grant option for %s%s on %s%s from %s', h.privilege, ' (' || quote_ident(h.attname) || ')', h.kind, h.name, h.grantee) as fix
    from (
      select c.oid::regclass::text as name, case c.relkind when 'S' then 'sequence ' else '' end as kind, null::name as attname, r.*
        from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) r where n.nspname in ${ours} and r.grantee <> c.relowner
      union all select c.oid::regclass::text, '', a.attname, r.* from pg_class c join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attacl is not null, aclexplode(a.attacl) r where n.nspname in ${ours} and r.grantee <> c.relowner
      union all select n.oid::regnamespace::text, 'schema ', null, r.* from pg_namespace n, aclexplode(n.nspacl) r
        where n.nspname in ${ours} and r.grantee <> n.nspowner
      union all select p.oid::regprocedure::text, 'routine ', null, r.* from pg_proc p join pg_namespace n on n.oid = p.pronamespace, aclexplode(p.proacl) r
        where n.nspname in ${ours} and r.grantee <> p.proowner
    ) g, lateral (select g.name, g.kind, g.attname, g.privilege_type as privilege, case g.grantee when 0 then 'public' else g.grantee::regrole::text end as grantee) h
    where g.is_grantable`,
};
