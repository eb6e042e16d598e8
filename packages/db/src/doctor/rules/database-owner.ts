import { roles } from "../../roles.ts";
import { list } from "../catalog.ts";
import type { Rule } from "../rule.ts";

const logins = Object.entries(roles).flatMap(([name, { login }]) => (login ? [name] : []));

/** A database administrator may own it; a role that programs log in with may not. */
export const databaseOwner: Rule = {
  id: "database-owner",
  title: "No role that a program logs in with owns the database",
  level: "error",
  why: "The owner of a database creates schemas in it, grants rights on it, and sets what every session of it begins with.",
  mender: "administrator",
  isLasting: true,
  sql: `select quote_ident(d.datname) as object, 'belongs to ' || d.datdba::regrole as detail,
      format('alter database %I owner to severalty_owner', d.datname) as fix
    from pg_database d where d.datname = current_database() and d.datdba::regrole::text in ${list(logins)}`,
};
