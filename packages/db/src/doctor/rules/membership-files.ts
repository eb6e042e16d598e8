import { membershipRule } from "../membership-rule.ts";

/** Roles that PostgreSQL brings for COPY to and from files and programs of the server's machine. */
export const membershipFiles = membershipRule({
  id: "membership-files",
  title: "No role of Severalty reads or writes files of the database's machine, or runs programs there",
  level: "error",
  why: "COPY FROM PROGRAM and files of the data folder end every separation: they read tables, keys and passwords as the server itself.",
  lent: ["pg_read_server_files", "pg_write_server_files", "pg_execute_server_program"],
});
