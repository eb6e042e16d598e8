import { leakRule, type NodeOf } from "../leak-rule.ts";
import { bare, nameOf } from "../name-of.ts";

/** The scope brings filter, policy, composite key and audit trigger; a key without the tenant tells of other tenants' rows. */
export const entityIsScoped = leakRule(
  "An entity spreads tenantColumns with tenantScope or teamScope; its unique keys and indexes begin with tenantId, its references are tenantRef",
  (context) => ({
    CallExpression(node) {
      const name = nameOf(node.callee);
      if (name === "manyToOne" || name === "oneToOne") {
        const [target] = node.arguments;
        // A person is of no tenant; his memberships are.
        if (target !== undefined && nameOf(target) !== "Identity")
          context.report({
            node,
            message: `${name}(…) refers by id alone, past row-level security, to a row of any tenant: use tenantRef(Entity, column).`,
          });
        return;
      }
      const [first] = node.arguments;
      if (name !== "defineEntity" || first?.type !== "ObjectExpression") return;
      const spreads = new Set(spreadsIn(first));
      const columns = valueOf(first, "properties");
      const isScoped = spreads.has("tenantScope") || spreads.has("teamScope") || spreads.has("tenantPolicy");
      const hasColumns = columns?.type === "ObjectExpression" && spreadsIn(columns).includes("tenantColumns");
      if (!isScoped || !hasColumns)
        context.report({
          node,
          message: `The entity has no tenant: spread tenantColumns<Id>() into its properties and tenantScope(table) or teamScope(table) beside them; a table of no tenant is listed in .oxlintrc.json.`,
        });
      for (const list of ["uniques", "indexes"]) {
        const value = valueOf(first, list);
        if (value?.type !== "ArrayExpression") continue;
        for (const it of value.elements) {
          const properties = it?.type === "ObjectExpression" ? valueOf(it, "properties") : undefined;
          if (it === null || properties?.type !== "ArrayExpression") continue;
          const [leading] = properties.elements;
          if (leading?.type === "Literal" && (leading.value === "tenantId" || leading.value === "identityId")) continue;
          context.report({
            node: it,
            message: `${list} without the tenant in front answer for all tenants at once (a value is taken, a plan knows it): begin properties with "tenantId".`,
          });
        }
      }
    },
  }),
);

type ObjectExpression = NodeOf<"ObjectExpression">;

const spreadsIn = (object: ObjectExpression): string[] =>
  object.properties.flatMap((it) => {
    if (it.type !== "SpreadElement") return [];
    const value = bare(it.argument);
    return [(value.type === "CallExpression" ? nameOf(value.callee) : nameOf(value)) ?? ""];
  });

const valueOf = (object: ObjectExpression, key: string) => {
  const found = object.properties.find((it) => it.type === "Property" && nameOf(it.key) === key);
  return found?.type === "Property" ? bare(found.value) : undefined;
};
