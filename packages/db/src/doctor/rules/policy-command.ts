import { policies, policyTables, replacePolicy } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** One policy for all commands, so that none is forgotten. */
export const policyCommand: Rule = {
  id: "policy-command",
  title: "A policy is for all commands",
  level: "error",
  why: "Policies by command are joined by OR for the commands that they share, and an UPDATE is checked by those of SELECT as well: what holds is no longer readable off one line.",
  mender: "migrator",
  sql: `select t.name as object, format('policy %s is for one command alone: %s', p.name,
        case p.polcmd when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE' when 'd' then 'DELETE' end) as detail,
      ${replacePolicy} as fix
    from ${policies} p join ${policyTables} t on t.oid = p.polrelid
    where p.roles = array[t.role] and p.polcmd <> '*' and p.polpermissive and t.canonical is not null`,
};
