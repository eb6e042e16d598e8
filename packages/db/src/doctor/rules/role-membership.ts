import { roles } from "../../roles.ts";
import { list, values } from "../catalog.ts";
import { memberships } from "../expected.ts";
import type { Rule } from "../rule.ts";

const names = list(Object.keys(roles));

/** Predefined roles have rules of their own; whoever creates roles can help himself anyway and is left out. */
export const roleMembership: Rule = {
  id: "role-membership",
  title: "Only the migrator has the rights of another role: of owner and gate",
  level: "error",
  why: "A member takes on the other role's rights with SET ROLE: of the gate, which bypasses row-level security, or of the owner, who switches it off.",
  mender: "administrator",
  sql: `select m.member::regrole::text as object,
      format('%s %s', case when s.expected then 'may hand on' else 'is a member of' end, m.roleid::regrole) as detail,
      format('revoke %s%s from %s%s', case when s.expected then 'admin option for ' end, m.roleid::regrole, m.member::regrole,
        case when current_setting('server_version_num')::int >= 160000 then ' granted by ' || m.grantor::regrole end) as fix
    from pg_auth_members m join pg_roles member on member.oid = m.member join pg_roles lent on lent.oid = m.roleid,
      lateral (select (member.rolname, lent.rolname) in (select x.member, x.lent from ${values(memberships, 2)} x (member, lent)) as expected) s
    where (member.rolname in ${names} or lent.rolname in ${names}) and lent.rolname !~ '^pg_'
      and not member.rolsuper and not member.rolcreaterole and (not s.expected or m.admin_option)`,
};
