import { schemaGrants } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** A cluster that was upgraded from before PostgreSQL 15 still has the old default. */
export const publicSchemaCreate: Rule = {
  id: "public-schema-create",
  title: "Nobody creates in the schema public but its owner",
  level: "error",
  why: "public is on everybody's search_path: what one session creates there, another may call by a name without a schema (CVE-2018-1058).",
  mender: "administrator",
  isLasting: true,
  sql: `select 'public' as object, format('%s may create in it', g.grantee) as detail, format('revoke create on schema public from %s', g.grantee) as fix
    from ${schemaGrants} g where g.privilege = 'CREATE' and g.name = 'public'`,
};
