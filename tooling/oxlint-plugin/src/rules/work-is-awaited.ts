import { leakRule, type Node } from "../leak-rule.ts";
import { nameOf, ownerOf } from "../name-of.ts";

const later = new Set(["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "nextTick"]);

/** What runs after the transaction has ended runs on a connection that is another tenant's by then, or on none. */
export const workIsAwaited = leakRule(
  "A handler's work ends before its transaction: nothing is detached, delayed or left to an event",
  (context) => {
    const report = (node: Node, what: string) =>
      context.report({
        node,
        message: `${what} outlives the transaction and the tenant that it has entered: await it, or write a task that a worker takes.`,
      });
    return {
      UnaryExpression(node) {
        if (node.operator === "void" && node.argument.type === "CallExpression") report(node, "void …()");
      },
      CallExpression(node) {
        const name = nameOf(node.callee);
        if (name === undefined) return;
        if (later.has(name)) return report(node, `${name}()`);
        const isDetached = node.parent.type === "ExpressionStatement";
        if (
          (name === "then" || name === "catch" || name === "finally") &&
          isDetached &&
          ownerOf(node.callee) !== undefined
        )
          return report(node, `….${name}()`);
        if ((name === "on" || name === "once") && ownerOf(node.callee) !== undefined) report(node, `.${name}(…)`);
      },
    };
  },
);
