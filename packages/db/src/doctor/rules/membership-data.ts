import { membershipRule } from "../membership-rule.ts";

/** Roles that PostgreSQL brings with rights on every table, subscription or setting. */
export const membershipData = membershipRule({
  id: "membership-data",
  title: "No role of Severalty has rights on all tables at once",
  level: "error",
  why: "pg_read_all_data reaches the seal's key and every table that a later migration makes; what each role may do is granted table by table.",
  lent: ["pg_read_all_data", "pg_write_all_data", "pg_maintain", "pg_create_subscription", "pg_database_owner"],
});
