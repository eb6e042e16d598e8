import { functions } from "../catalog.ts";
import type { Rule } from "../rule.ts";

/** PostgreSQL's own were examined; an extension's are its makers' word. */
export const functionLeakproof: Rule = {
  id: "function-leakproof",
  title: "No function outside PostgreSQL's own is marked leakproof",
  level: "error",
  why: "A leakproof function is run on rows before the policy has hidden them: if it tells anything, by an error or a message, it tells of other tenants' rows.",
  mender: "administrator",
  isLasting: true,
  sql: `select f.name as object, 'is LEAKPROOF' as detail, format('alter function %s not leakproof', f.name) as fix
    from ${functions} f where f.proleakproof`,
};
