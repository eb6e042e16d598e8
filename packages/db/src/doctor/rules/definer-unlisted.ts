import { functions } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** SECURITY DEFINER functions, and functions of the gate, that are not among `gateFunctions`. */
export const definerUnlisted: Rule = {
  id: "definer-unlisted",
  title: "Every function that runs with another's rights is known",
  level: "error",
  why: "A SECURITY DEFINER function is a door through row-level security; each one that exists was attacked by a test before it was listed.",
  mender: "administrator",
  sql: `select f.name as object, format('%s as %s and is not on the list', case when f.prosecdef then 'runs' else 'would run' end, f.owner) as detail,
      format(E'alter routine %s security invoker;\\nalter routine %s owner to severalty_owner', f.name, f.name) as fix
    from ${functions} f where (f.prosecdef or f.owner = 'severalty_gate') and not f.is_gate`,
};
