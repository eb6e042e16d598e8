import { executors, values } from "../catalog.ts";
import { gateFunctions } from "../expected.ts";
import type { Rule } from "../rule.ts";

const allowed = Object.entries(gateFunctions).flatMap(([name, roles]) => roles.map((role) => [name, role]));

/** PUBLIC has a rule of its own. */
export const definerExecutors: Rule = {
  id: "definer-executors",
  title: "A gate function is executed by the one role that needs it",
  level: "error",
  why: "app.set_context would enter any tenant for whoever may call it; the parts of a gate are for the gate alone.",
  mender: "administrator",
  sql: `select f.name as object, format('%s may execute it', f.grantee) as detail, format('revoke execute on routine %s from %s', f.name, f.grantee) as fix
    from ${executors} f where f.is_gate and f.grantee <> 'public' and (f.short, f.grantee) not in (select x.name, x.role from ${values(allowed, 2)} x (name, role))`,
};
