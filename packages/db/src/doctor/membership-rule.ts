import { roles } from "../roles.ts";
import { list } from "./catalog.ts";
import type { Level, Rule } from "./rule.ts";

/** A rule that no role of Severalty is a member, directly or by way of another, of any of the roles `lent`; not all exist in every version. */
export const membershipRule = ({
  lent,
  ...rule
}: {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly why: string;
  readonly lent: readonly string[];
}): Rule => ({
  ...rule,
  mender: "administrator",
  isLasting: true,
  sql: `with recursive held as (
      select m.roleid, m.member, m.roleid as through, m.grantor from pg_auth_members m join pg_roles r on r.oid = m.member
        where r.rolname in ${list(Object.keys(roles))} and not r.rolsuper
      union select m.roleid, held.member, held.through, held.grantor from pg_auth_members m join held on held.roleid = m.member)
    select held.member::regrole::text as object, string_agg(held.roleid::regrole::text, ', ' order by held.roleid) || ' by membership in ' || held.through::regrole as detail,
      format('revoke %s from %s%s', held.through::regrole, held.member::regrole,
        case when current_setting('server_version_num')::int >= 160000 then ' granted by ' || held.grantor::regrole end) as fix
    from held where held.roleid::regrole::text in ${list(lent)} group by held.member, held.through, held.grantor`,
});
