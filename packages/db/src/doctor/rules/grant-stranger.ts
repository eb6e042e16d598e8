import { list } from "../catalog.ts";
import { tableUsers } from "../expected.ts";
import { grantRule } from "../grant-rule.ts";

/** Privileges on tables, columns and sequences of `app` and `auth`. */
export const grantStranger = grantRule({
  isLasting: false,
  id: "grant-stranger",
  title:
    "Tables of tenants are granted to severalty_app, severalty_platform, severalty_worker and the gate, those of sign-in to severalty_auth and the gate",
  why: "Sign-in sees no business table and the server of tenants no password; a further role is a further way in.",
  where: `not g.is_partition and (g.schema = 'app' and g.grantee not in ${list(tableUsers.app)} or g.schema = 'auth' and g.grantee not in ${list(tableUsers.auth)})`,
});
