import type { Rule } from "../rule.ts";

/** CREATE SERVER, of whatever wrapper. */
export const foreignServer: Rule = {
  id: "foreign-server",
  title: "No foreign server is set up",
  level: "error",
  why: "A foreign table has no row-level security, and its user mapping holds a password: rows leave, or come in, past every policy.",
  mender: "administrator",
  isLasting: true,
  sql: `select quote_ident(s.srvname) as object, 'of wrapper ' || quote_ident(w.fdwname) as detail, format('drop server %I cascade', s.srvname) as fix
    from pg_foreign_server s join pg_foreign_data_wrapper w on w.oid = s.srvfdw`,
};
