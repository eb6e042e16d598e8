import { databaseGrants } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** CONNECT of PUBLIC, which PostgreSQL grants on every new database. */
export const databaseConnect: Rule = {
  id: "database-connect",
  title: "Not everybody may connect to the database",
  level: "warning",
  why: "Every role of the cluster, another application's too, could look at the catalog of this database: names of tables, source of functions, sizes.",
  mender: "administrator",
  sql: `select g.name as object, 'public may connect' as detail, format('revoke connect on database %s from public', g.name) as fix
    from ${databaseGrants} g where g.privilege = 'CONNECT' and g.grantee = 'public'`,
};
