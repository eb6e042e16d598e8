import { leakRule, type Node } from "../leak-rule.ts";
import { nameOf } from "../name-of.ts";

/** The environment holds the owner's and the migrator's URLs: only the programs read it, once, through their schema. */
export const noEnvironment = leakRule(
  "Packages read no environment variable: what a program passes in is all they know",
  (context) => {
    const report = (node: Node) =>
      context.report({
        node,
        message: `process.env holds other roles' database URLs and keys: take the value as a parameter; only env.ts of a program reads the environment.`,
      });
    return {
      MemberExpression(node) {
        if (nameOf(node) === "env" && nameOf(node.object) === "process") report(node);
      },
      VariableDeclarator(node) {
        if (node.id.type !== "ObjectPattern" || nameOf(node.init) !== "process") return;
        if (node.id.properties.some((it) => it.type === "Property" && nameOf(it.key) === "env")) report(node);
      },
      ImportDeclaration(node) {
        if (!/^(?:node:)?process$/.test(node.source.value)) return;
        if (node.specifiers.some((it) => it.type === "ImportSpecifier" && nameOf(it.imported) === "env")) report(node);
      },
    };
  },
);
