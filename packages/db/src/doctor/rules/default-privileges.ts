import { grantee, ours } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** ALTER DEFAULT PRIVILEGES, for everywhere or for one of Severalty's schemas. */
export const defaultPrivileges: Rule = {
  id: "default-privileges",
  title: "No default privilege hands out what is made later",
  level: "error",
  why: "A table that the next migration makes would be granted before anybody has thought about its policy.",
  mender: "administrator",
  isLasting: true,
  sql: `select coalesce(n.nspname::text, quote_ident(current_database())) as object,
      format('gives %s on new %s of %s to %s', acl.privilege_type, k.kind, d.defaclrole::regrole, ${grantee}) as detail,
      format('alter default privileges for role %s%s revoke %s on %s from %s', d.defaclrole::regrole, ' in schema ' || quote_ident(n.nspname),
        acl.privilege_type, k.kind, ${grantee}) as fix
    from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace
      join (values ('r', 'tables'), ('S', 'sequences'), ('f', 'routines'), ('T', 'types'), ('n', 'schemas'), ('L', 'large objects')) k (type, kind)
        on k.type = d.defaclobjtype::text,
      aclexplode(d.defaclacl) acl
    where acl.grantee <> d.defaclrole and (n.nspname is null or n.nspname in ${ours})
      and not (n.nspname is null and acl.grantee = 0 and d.defaclobjtype in ('f', 'T'))`,
};
