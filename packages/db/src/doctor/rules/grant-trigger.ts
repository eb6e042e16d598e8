import { grantRule } from "../grant-rule.ts";

/** TRIGGER of any relation. */
export const grantTrigger = grantRule({
  id: "grant-trigger",
  title: "Nobody may put a trigger on a table",
  why: "A trigger runs as whoever writes and is shown each row: the gate's and the migrator's too.",
  where: "g.privilege = 'TRIGGER'",
});
