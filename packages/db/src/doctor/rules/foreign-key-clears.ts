import { foreignKeys } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** ON DELETE SET NULL and SET DEFAULT. */
export const foreignKeyClears: Rule = {
  id: "foreign-key-clears",
  title: "A foreign key clears no column when its target goes",
  level: "warning",
  why: "ON DELETE SET NULL of a key that carries the tenant clears the tenant too, or fails; and it changes rows that no policy was asked about.",
  mender: "migrator",
  sql: `select k.table as object, format('%s clears its columns', k.name) as detail,
      format(E'alter table %s drop constraint %s;\\nalter table %s add constraint %s foreign key (%s) references %s (%s)', k.table, k.name, k.table, k.name,
        array_to_string(k.columns, ', '), k.target, array_to_string(k.target_columns, ', ')) as fix
    from ${foreignKeys} k where k.confdeltype in ('n', 'd')`,
};
