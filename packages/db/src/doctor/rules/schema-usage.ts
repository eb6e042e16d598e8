import { schemaGrants, values } from "../catalog.ts";
import { schemaUsers } from "../expected.ts";
import type { Rule } from "../rule.ts";

const users = Object.entries(schemaUsers).flatMap(([schema, roles]) => roles.map((role) => [schema, role]));

/** USAGE on Severalty's schemas; `public` may be used by all. */
export const schemaUsage: Rule = {
  id: "schema-usage",
  title: "A schema is used by the roles that work in it",
  level: "error",
  why: "Without USAGE a grant that was made by mistake opens nothing; sealed and archive rest on it.",
  mender: "migrator",
  sql: `select g.name as object, format('%s may use it', g.grantee) as detail, format('revoke usage on schema %s from %s', g.name, g.grantee) as fix
    from ${schemaGrants} g where g.privilege = 'USAGE' and g.name <> 'public' and (g.name, g.grantee) not in (select x.schema, x.role from ${values(users, 2)} x (schema, role))`,
};
