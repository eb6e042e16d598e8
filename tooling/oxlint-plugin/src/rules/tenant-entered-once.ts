import { leakRule, type Node } from "../leak-rule.ts";
import { nameOf } from "../name-of.ts";

const entries = new Set([
  "withTenant",
  "tenantManager",
  "withoutTenant",
  "recordFailure",
  "noteKeyUse",
  "createCaller",
  "createCallerFactory",
]);

/** A handler is inside the caller's tenant already; a second entry is another tenant's, or another transaction's. */
export const tenantEnteredOnce = leakRule(
  "A handler enters no tenant: its procedure has entered the caller's, in the transaction of ctx.em",
  (context) => {
    const report = (node: Node, name: string) =>
      context.report({
        node,
        message: `${name} would enter a tenant inside the caller's transaction: work in ctx.em; what concerns another tenant is a procedure of the platform.`,
      });
    return {
      ImportDeclaration(node) {
        if (node.importKind === "type") return;
        if (node.source.value.startsWith("@severalty/db/driver/")) return report(node, node.source.value);
        for (const it of node.specifiers) {
          const name = it.type === "ImportSpecifier" ? nameOf(it.imported) : undefined;
          if (name !== undefined && entries.has(name)) report(it, name);
        }
      },
      CallExpression(node) {
        const name = nameOf(node.callee);
        if (name !== undefined && entries.has(name)) report(node, name);
      },
    };
  },
);
