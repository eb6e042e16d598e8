import { literal } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Every other rule is about the roles of Severalty: a session of another one is not what they describe. */
export const sessionRole: Rule = {
  id: "session-role",
  title: "Each connection is of the role that it is meant for",
  level: "error",
  why: "Row-level security and grants bind the role that a session is of; a superuser's or an owner's URL switches all of it off.",
  mender: "administrator",
  isLasting: true,
  sql: ({
    role,
  }) => `select session_user::text as object, format('should be %s, as %s', ${literal(role)}, current_user) as detail,
    ${literal(`-- no SQL mends this: put the URL of ${role} into the program's environment\nreset session authorization`)}
      || case when session_user <> ${literal(role)} then '' else E';\\nreset role' end as fix
    where session_user <> ${literal(role)} or current_user <> ${literal(role)}`,
};
