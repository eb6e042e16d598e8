import { leakRule, type Node } from "../leak-rule.ts";
import { nameOf } from "../name-of.ts";

const combinators = new Set(["all", "allSettled", "race", "any"]);
const ofOneTransaction = /\b(?:em|tx|Repository|Subscriptions|ApiKeys)\b|Repository\(/;

/** One transaction is one connection: what is begun side by side goes on after the first failure has rolled it back. */
export const oneStatementAtATime = leakRule(
  "Statements of one transaction follow each other: no Promise.all over ctx.em",
  (context) => ({
    CallExpression(node) {
      const name = nameOf(node.callee);
      if (node.callee.type !== "MemberExpression" || nameOf(node.callee.object) !== "Promise") return;
      if (name === undefined || !combinators.has(name)) return;
      const touching = node.arguments.find((it: Node) =>
        ofOneTransaction.test(context.sourceCode.getText(it).replaceAll("em.fork()", "")),
      );
      if (touching === undefined) return;
      context.report({
        node,
        message: `Promise.${name} over one entity manager leaves statements behind that run after the rollback, on a connection that may be another's: await one after the other, or write one statement.`,
      });
    },
  }),
);
