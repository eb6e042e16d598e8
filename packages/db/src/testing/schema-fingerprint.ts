import type { Client } from "pg";

/**
 * Everything that the catalog knows of Severalty's schemas, a line each: two equal fingerprints mean two equal schemas. White space
 * in a function's source does not count, and the months of the audit log are left out, because they are the clock's.
 */
export const schemaFingerprint = async (admin: Client): Promise<string[]> => {
  const { rows } = await admin.query<{ line: string }>(
    `with ours as (select oid, nspname from pg_namespace where nspname in ('app', 'auth', 'sealed', 'archive')),
       relations as (select c.*, o.nspname from pg_class c join ours o on o.oid = c.relnamespace where c.relname !~ ${months})
     select concat_ws(' ', 'schema', nspname, nspowner::regrole, ${sorted("nspacl")}) as line from pg_namespace
       where oid in (select oid from ours)
     union all
     select concat_ws(' ', 'relation', oid::regclass, relkind, relowner::regrole, relrowsecurity, relforcerowsecurity, relpersistence,
       relreplident, pg_get_partkeydef(oid), pg_get_expr(relpartbound, oid), ${sorted("relacl")}, reloptions) from relations
     union all
     select concat_ws(' ', 'column', r.oid::regclass,
         row_number() over (partition by r.oid order by a.attnum), a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       a.attcollation, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated, ${sorted("a.attacl")})
       from relations r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
       left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     union all
     select concat_ws(' ', 'constraint', conrelid::regclass, conname, convalidated, pg_get_constraintdef(c.oid))
       from pg_constraint c where connamespace in (select oid from ours) and conrelid::regclass::text !~ ${months}
     union all
     select concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisclustered) from pg_index i join relations r on r.oid = i.indexrelid
     union all
     select concat_ws(' ', 'policy', polrelid::regclass, polname, polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid),
       pg_get_expr(polwithcheck, polrelid)) from pg_policy
     union all
     select concat_ws(' ', 'trigger', pg_get_triggerdef(t.oid), t.tgenabled) from pg_trigger t join relations r on r.oid = t.tgrelid
       where not t.tgisinternal
     union all
     select concat_ws(' ', 'function', p.oid::regprocedure, p.proowner::regrole, ${sorted("p.proacl")}, pg_get_functiondef(p.oid))
       from pg_proc p where p.pronamespace in (select oid from ours)
     order by 1`,
  );
  return rows.map(({ line }) => line.replaceAll(/\s+/g, " "));
};

/** Names of the audit log's months, of what belongs to them, and the same behind a schema. */
const months = String.raw`'(^|\.)audit_logs_\d{4}_\d{2}(_|$)'`;

/** Grants without the order in which they were made. */
const sorted = (acl: string) => `(select array_agg(item::text order by item::text) from unnest(${acl}) item)`;
