import { databaseGrants, list } from "../catalog.ts";
import { databaseCreators } from "../expected.ts";
import type { Rule } from "../rule.ts";

/** CREATE on the database: schemas, publications and trusted extensions. */
export const databaseCreate: Rule = {
  id: "database-create",
  title: "Only owner and migrator create schemas in the database",
  level: "error",
  why: "Whoever creates schemas can shadow names, and publish or keep rows where no policy is.",
  mender: "administrator",
  isLasting: true,
  sql: `select g.name as object, format('%s may create in it', g.grantee) as detail, format('revoke create on database %s from %s', g.name, g.grantee) as fix
    from ${databaseGrants} g where g.privilege = 'CREATE' and g.grantee not in ${list(databaseCreators)}`,
};
