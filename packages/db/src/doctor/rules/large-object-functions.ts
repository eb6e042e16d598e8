import type { Rule } from "../rule.ts";

/** PostgreSQL grants them to everybody in every new database; a hardened one can take them away, for nothing here uses them. */
export const largeObjectFunctions: Rule = {
  id: "large-object-functions",
  title: "Functions of large objects are not for everybody",
  level: "info",
  why: "Whoever runs SQL of his own can leave rows of one tenant in a large object; no request of the API needs one.",
  mender: "administrator",
  sql: `select 'pg_catalog' as object, format('everybody may execute %s', string_agg(p.oid::regprocedure::text, ', ' order by p.oid)) as detail,
      string_agg(format('revoke execute on function %s from public', p.oid::regprocedure), E';\\n' order by p.oid) as fix
    from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
    where p.pronamespace = 'pg_catalog'::regnamespace and (p.proname ~ '^lo_' or p.proname in ('loread', 'lowrite')) and acl.grantee = 0
    having count(*) > 0`,
};
