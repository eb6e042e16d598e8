import { list } from "../catalog.ts";
import { tableUsers } from "../expected.ts";
import { grantRule } from "../grant-rule.ts";

/** Any privilege on a table of `sealed` but the gate's. */
export const sealedReadable = grantRule({
  id: "sealed-readable",
  title: "Only gate functions reach the key of the seal",
  why: "Whoever reads sealed.keys can enter any tenant: he computes a context that app.tenant_id() believes.",
  where: `g.schema = 'sealed' and g.grantee not in ${list(tableUsers.sealed)}`,
});
