import { grantRule } from "../grant-rule.ts";

/** Any privilege on a table of `archive`. */
export const grantArchive = grantRule({
  id: "grant-archive",
  title: "What is archived is granted to nobody",
  why: "An archived month holds records of every tenant and has no policy of its own.",
  where: "g.schema = 'archive'",
});
