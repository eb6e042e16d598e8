import { leakRule, type Node } from "../leak-rule.ts";
import { bare, isAtModuleLevel, nameOf } from "../name-of.ts";

const stores = new Set(["Map", "Set", "LRUCache", "LRU", "Cache", "QuickLRU", "Keyv"]);

/** One process serves every tenant: what a module keeps, the next tenant's request finds. */
export const noModuleState = leakRule(
  "No module keeps anything between requests: no let, no empty Map, Set, array or object at the top of a file, no memoised function",
  (context) => {
    const report = (node: Node, what: string) =>
      context.report({
        node,
        message: `${what} at the top of a module is shared by all tenants' requests: keep it in the request, or in the database under tenant_id.`,
      });
    return {
      VariableDeclaration(node) {
        if (!isAtModuleLevel(node)) return;
        if (node.kind !== "const") return report(node, node.kind);
        for (const { init } of node.declarations) {
          const what = init === null ? undefined : stateIn(bare(init));
          if (what !== undefined) report(node, what);
        }
      },
      PropertyDefinition(node) {
        const what = node.static && node.value !== null ? stateIn(bare(node.value)) : undefined;
        if (what !== undefined) report(node, `a static ${what}`);
      },
    };
  },
);

/** A table with entries is a constant; an empty one is there to be filled. */
const stateIn = (value: Node): string | undefined => {
  if (value.type === "NewExpression" && stores.has(nameOf(value.callee) ?? "")) {
    const isCache = /LRU|Cache|Keyv/.test(nameOf(value.callee) ?? "");
    return isCache || value.arguments.length === 0 ? `new ${nameOf(value.callee)}()` : undefined;
  }
  if (value.type === "ArrayExpression" && value.elements.length === 0) return "an empty array";
  if (value.type === "ObjectExpression" && value.properties.length === 0) return "an empty object";
  if (
    value.type === "CallExpression" &&
    /^(?:memoi[sz]e\w*|cached|lru|createCache|pMemoize|once)$/.test(nameOf(value.callee) ?? "")
  )
    return `${nameOf(value.callee)}()`;
  return undefined;
};
