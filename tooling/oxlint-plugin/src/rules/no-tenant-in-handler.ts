import { leakRule, type Node } from "../leak-rule.ts";
import { nameOf } from "../name-of.ts";

/** A condition that is written by hand is forgotten by hand: repositories take the tenant from the entity manager. */
export const noTenantInHandler = leakRule(
  "No handler mentions a tenant id: neither in a condition, nor in a row, nor as an argument",
  (context) => {
    const report = (node: Node) =>
      context.report({
        node,
        message: `A tenant id in a handler is one that can be forgotten, undefined or the caller's: leave it out; repositories take it from ctx.em.`,
      });
    return {
      MemberExpression(node) {
        if (isTenant(nameOf(node))) report(node);
      },
      Property(node) {
        if (isTenant(nameOf(node.key))) report(node);
      },
    };
  },
);

const isTenant = (name: string | undefined): boolean => name === "tenantId" || name === "tenant_id";
