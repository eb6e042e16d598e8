import { ourSchemas } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** Foreign keys and checks made NOT VALID. */
export const constraintNotValid: Rule = {
  id: "constraint-not-valid",
  title: "Every constraint is validated",
  level: "warning",
  why: "A constraint that was added NOT VALID holds for new rows alone: old ones may refer to another tenant's, or to nothing.",
  mender: "migrator",
  sql: `select k.conrelid::regclass::text as object, format('%I was never validated', k.conname) as detail,
      format('alter table %s validate constraint %I', k.conrelid::regclass, k.conname) as fix
    from pg_constraint k where not k.convalidated and k.conrelid <> 0 and k.contype in ('c', 'f') and k.connamespace in ${ourSchemas}`,
};
