import { functions } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Gate functions that belong to another, or do not run as their owner. */
export const definerOwner: Rule = {
  id: "definer-owner",
  title: "A gate function runs as severalty_gate",
  level: "error",
  why: "As a superuser it could do everything instead of the little that the gate is granted; as its caller it would see no row.",
  mender: "administrator",
  sql: `select f.name as object, format('belongs to %s and runs as %s', f.owner, case when f.prosecdef then 'its owner' else 'its caller' end) as detail,
      format(E'alter routine %s owner to severalty_gate;\\nalter routine %s security definer', f.name, f.name) as fix
    from ${functions} f where f.is_gate and (f.owner <> 'severalty_gate' or not f.prosecdef)`,
};
