import { databaseGrants } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** TEMP on the database. */
export const databaseTemporary: Rule = {
  id: "database-temporary",
  title: "Nobody makes temporary tables",
  level: "error",
  why: "pg_temp is searched before every other schema: a temporary table takes a real one's name, and stays in the pooled session for the next tenant's request.",
  mender: "administrator",
  isLasting: true,
  sql: `select g.name as object, format('%s may make temporary tables', g.grantee) as detail,
      format('revoke temporary on database %s from %s', g.name, g.grantee) as fix
    from ${databaseGrants} g where g.privilege = 'TEMPORARY'`,
};
