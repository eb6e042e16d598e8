import { ours, schemaGrants } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** CREATE on Severalty's schemas. */
export const schemaCreate: Rule = {
  id: "schema-create",
  title: "Nobody creates in Severalty's schemas but their owner",
  level: "error",
  why: "Whoever creates in app can put a function or an operator where a statement finds it first, and have it run with the caller's rights.",
  mender: "migrator",
  sql: `select g.name as object, format('%s may create in it', g.grantee) as detail, format('revoke create on schema %s from %s', g.name, g.grantee) as fix
    from ${schemaGrants} g where g.privilege = 'CREATE' and g.name in ${ours}`,
};
