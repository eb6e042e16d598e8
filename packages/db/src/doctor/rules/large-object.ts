import { roles } from "../../roles.ts";
import { list } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Severalty keeps nothing in large objects: one that its roles own or reach was left there by somebody. */
export const largeObject: Rule = {
  id: "large-object",
  title: "No large object belongs to a role of Severalty, nor is granted to one or to everybody",
  level: "error",
  why: "Large objects know no row-level security: what one tenant's transaction writes into one, another tenant's reads.",
  mender: "administrator",
  isLasting: true,
  sql: `select format('large object %s', l.oid) as object, format('belongs to %s%s', l.lomowner::regrole, ', is granted to ' || g.grantees) as detail,
      format('select lo_unlink(%s)', l.oid) as fix
    from pg_largeobject_metadata l, lateral (
      select string_agg(distinct case acl.grantee when 0 then 'public' else acl.grantee::regrole::text end, ', ') as grantees
      from aclexplode(l.lomacl) acl where acl.grantee <> l.lomowner
        and (acl.grantee = 0 or acl.grantee::regrole::text in ${list(Object.keys(roles))})) g
    where l.lomowner::regrole::text in ${list(Object.keys(roles))} or g.grantees is not null`,
};
