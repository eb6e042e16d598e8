import { leakRule, type Node } from "../leak-rule.ts";
import { bare, nameOf, ownerOf } from "../name-of.ts";

const quoting = new Set([
  "message",
  "detail",
  "stack",
  "email",
  "slug",
  "name",
  "title",
  "username",
  "tenantName",
  "tenantSlug",
  "domain",
  "hint",
  "where",
]);
const wholes = new Set(["input", "row", "found", "existing", "error", "cause", "user", "tenant", "document"]);

/** A message that quotes a row, or the database's own sentence, says that the row exists, and of whom. */
export const errorsQuoteNothing = leakRule(
  "An error's message quotes no input, no row and no other error's message",
  (context) => {
    const check = (node: Node): void => {
      const value = bare(node);
      if (value.type === "TemplateLiteral") return value.expressions.forEach(check);
      if (value.type === "BinaryExpression") return [value.left, value.right].forEach(check);
      if (value.type === "CallExpression") return value.arguments.forEach(check);
      const name = nameOf(value);
      if (name === undefined || value.type === "Literal") return;
      const owner = ownerOf(value);
      const isOfInput = owner !== undefined && nameOf(owner) === "input";
      const isQuoting = owner !== undefined && quoting.has(name);
      if (!isOfInput && !isQuoting && !wholes.has(name)) return;
      context.report({
        node: value,
        message: `${context.sourceCode.getText(value)} in an error's message tells what is in a row, whoever's it is: say the rule and a count or a state, and let NotFoundError speak for what is not there.`,
      });
    };
    return {
      NewExpression(node) {
        if (nameOf(node.callee)?.endsWith("Error") !== true) return;
        for (const argument of node.arguments) if (argument.type !== "ObjectExpression") check(argument);
      },
    };
  },
);
