import { leakRule } from "../leak-rule.ts";
import { bare, nameOf } from "../name-of.ts";

const switches = new Set(["setFilterParams", "addFilter", "disableFilters", "clearFilterParams", "ignoreFilters"]);

/** The ORM's filter is the first of four walls, and the one that says NoTenantError before any SQL. */
export const filtersStayOn = leakRule(
  "Filters are neither switched off nor given another tenant: no filters: false, no setFilterParams but where a tenant is entered",
  (context) => ({
    Property(node) {
      if (nameOf(node.key) !== "filters") return;
      const value = bare(node.value);
      const isOff = value.type === "Literal" && value.value === false;
      const hasOff =
        value.type === "ObjectExpression" &&
        value.properties.some(
          (it) => it.type === "Property" && it.value.type === "Literal" && it.value.value === false,
        );
      if (!isOff && !hasOff) return;
      context.report({
        node,
        message: `filters: false takes the tenant's and the team's condition away: leave the filters on; what a role reads across tenants is a function of the gate.`,
      });
    },
    CallExpression(node) {
      const name = nameOf(node.callee);
      if (name === undefined || !switches.has(name)) return;
      context.report({
        node,
        message: `${name}() changes which tenant the filters name: withTenant sets it from what the database has confirmed, once.`,
      });
    },
  }),
);
