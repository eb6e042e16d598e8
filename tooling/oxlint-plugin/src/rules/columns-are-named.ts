import { leakRule, type Node } from "../leak-rule.ts";
import { nameOf } from "../name-of.ts";

const lists = new Set(["populate", "fields", "select", "returning", "include", "relations"]);
const everything = /\b(?:select|returning)\s+(?:\w+\.)?\*/i;

/** A column that is added later, a hash or another team's row by a relation, would leave with all the others. */
export const columnsAreNamed = leakRule(
  "Columns and relations that are read are named: no select *, no populate of everything",
  (context) => {
    const report = (node: Node, what: string) =>
      context.report({
        node,
        message: `${what} reads columns that are added later, and rows of relations without their filter: name the fields that the answer has.`,
      });
    const isEverything = (node: Node): boolean =>
      (node.type === "Literal" && (node.value === "*" || node.value === "$infer" || node.value === true)) ||
      (node.type === "ArrayExpression" && node.elements.some((it) => it !== null && isEverything(it)));
    return {
      Property(node) {
        const name = nameOf(node.key);
        if (name !== undefined && lists.has(name) && isEverything(node.value)) report(node, `${name}: "*"`);
      },
      CallExpression(node) {
        const name = nameOf(node.callee);
        if (name !== undefined && lists.has(name) && node.arguments.some(isEverything)) report(node, `${name}("*")`);
      },
      Literal(node) {
        if (typeof node.value === "string" && everything.test(node.value)) report(node, "select *");
      },
      TemplateElement(node) {
        if (everything.test(node.value.raw)) report(node, "select *");
      },
    };
  },
);
