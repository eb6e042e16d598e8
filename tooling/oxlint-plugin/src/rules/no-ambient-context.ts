import { leakRule, type Node } from "../leak-rule.ts";
import { nameOf } from "../name-of.ts";

/** Ambient context is lost or inherited at every queue, pool and event emitter; a parameter is not. */
export const noAmbientContext = leakRule(
  "Who calls is a parameter: no AsyncLocalStorage, no global variable, no RequestContext",
  (context) => {
    const report = (node: Node, what: string) =>
      context.report({
        node,
        message: `${what} says who calls out of sight, and is lost or inherited where work is queued: pass ctx or em as a parameter.`,
      });
    return {
      ImportDeclaration(node) {
        if (/^(?:node:)?async_hooks$|^nestjs-cls$|^cls-hooked$/.test(node.source.value))
          report(node, node.source.value);
        for (const it of node.specifiers)
          if (it.type === "ImportSpecifier" && nameOf(it.imported) === "RequestContext") report(it, "RequestContext");
      },
      AssignmentExpression(node) {
        if (node.left.type !== "MemberExpression") return;
        const owner = nameOf(node.left.object);
        if (owner === "globalThis" || owner === "global") report(node, `${owner}.${nameOf(node.left) ?? "…"}`);
      },
    };
  },
);
