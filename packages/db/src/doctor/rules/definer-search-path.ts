import { functions, literal } from "../catalog.ts";
import { gateSearchPath } from "../expected.ts";
import type { Rule } from "../rule.ts";

/** Every SECURITY DEFINER function of the database. */
export const definerSearchPath: Rule = {
  id: "definer-search-path",
  title: "A SECURITY DEFINER function has a fixed search_path",
  level: "error",
  why: "Its names are looked up along the caller's search_path otherwise, and he decides which function or operator runs with the owner's rights.",
  mender: "administrator",
  isLasting: true,
  sql: `select f.name as object, coalesce('has ' || array_to_string(f.proconfig, ', '), 'has no setting of its own') as detail,
      format('alter routine %s set search_path = pg_catalog, pg_temp', f.name) as fix
    from ${functions} f where f.prosecdef and not ${literal(gateSearchPath)} = any (coalesce(f.proconfig, '{}'))`,
};
