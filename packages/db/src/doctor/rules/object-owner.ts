import { isOfExtension, ours, ourSchemas } from "../catalog.ts";
import type { RoleName } from "../../roles.ts";
import type { Rule } from "../rule.ts";

/** Asked once: a name for each of PostgreSQL's own functions costs more than the rule. */
const idOf = (role: RoleName): string => `(select to_regrole('${role}')::oid)`;

/** Functions of the gate are left to `definer-owner`; indexes, partitions' included, have their table's owner. */
export const objectOwner: Rule = {
  id: "object-owner",
  title: "Everything in Severalty's schemas belongs to severalty_owner, and gate functions to severalty_gate",
  level: "error",
  why: "An owner grants, alters and drops, and switches row-level security off; nobody logs in as severalty_owner.",
  mender: "administrator",
  sql: `select o.name as object, format('a %s, belongs to %s', o.kind, o.owner::regrole) as detail,
      format('alter %s %s owner to severalty_owner', o.kind, o.name) as fix
    from (select n.oid::regnamespace::text as name, 'schema' as kind, n.nspowner as owner from pg_namespace n where n.nspname in ${ours}
      union all select c.oid::regclass::text, case c.relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'materialized view'
        when 'f' then 'foreign table' else 'table' end, c.relowner
        from pg_class c where c.relnamespace in ${ourSchemas} and c.relkind in ('r', 'p', 'S', 'v', 'm', 'f')
      union all select t.oid::regtype::text, case t.typtype when 'd' then 'domain' else 'type' end, t.typowner
        from pg_type t where t.typnamespace in ${ourSchemas} and t.typtype in ('d', 'e', 'r')
      union all select p.oid::regprocedure::text, 'routine', p.proowner from pg_proc p
        where p.pronamespace in ${ourSchemas} and p.proowner is distinct from ${idOf("severalty_gate")} and not ${isOfExtension("pg_proc", "p.oid")}
    ) o where o.owner is distinct from ${idOf("severalty_owner")}`,
};
