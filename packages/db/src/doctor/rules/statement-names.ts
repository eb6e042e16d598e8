import type { Rule } from "../rule.ts";

/** Provisioning takes it away, which a superuser alone can; without that entering looks for planted statements each time. */
export const statementNames: Rule = {
  id: "statement-names",
  title: "Names of prepared statements are the gate's alone to list",
  level: "info",
  why: "Whoever lists the names of the driver's statements could put others in their place; entering then looks for such, which takes time.",
  mender: "administrator",
  sql: `select 'pg_catalog.pg_prepared_statement()' as object, format('%s may execute it', coalesce(r.rolname, 'everybody')) as detail,
      format('revoke execute on function pg_catalog.pg_prepared_statement() from %s', coalesce(quote_ident(r.rolname), 'public')) as fix
    from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl left join pg_roles r on r.oid = acl.grantee
    where p.oid = 'pg_catalog.pg_prepared_statement()'::regprocedure and acl.grantee <> p.proowner
      and r.rolname is distinct from 'severalty_gate'`,
};
