import { roles } from "../../roles.ts";
import { list } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** CREATEROLE, CREATEDB, REPLICATION. */
export const roleCreates: Rule = {
  id: "role-creates",
  title: "No role of Severalty creates roles or databases, or replicates",
  level: "error",
  why: "Whoever creates roles can lend himself another's rights; whoever replicates reads every row past the policies.",
  mender: "administrator",
  isLasting: true,
  sql: `select r.rolname::text as object, 'has ' || concat_ws(', ', case when r.rolcreaterole then 'CREATEROLE' end,
      case when r.rolcreatedb then 'CREATEDB' end, case when r.rolreplication then 'REPLICATION' end) as detail,
      format('alter role %I nocreaterole nocreatedb noreplication', r.rolname) as fix
    from pg_roles r where r.rolname in ${list(Object.keys(roles))} and (r.rolcreaterole or r.rolcreatedb or r.rolreplication)`,
};
