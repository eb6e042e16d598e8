import { leakRule } from "../leak-rule.ts";
import { nameOf } from "../name-of.ts";

/** What the server decides stands after what the caller sent, so that no later key of the input can replace it. */
export const inputComesFirst = leakRule(
  "Spread input comes before what the server sets: { ...input, id, userId }",
  (context) => ({
    ObjectExpression(node) {
      const at = node.properties.findIndex((it) => it.type === "SpreadElement" && nameOf(it.argument) === "input");
      if (at <= 0) return;
      context.report({
        node,
        message: `...input comes after what the server sets and would replace it: write it first, { ...input, id, userId }.`,
      });
    },
  }),
);
