import { leakRule, type Node } from "../leak-rule.ts";
import { bare, nameOf, ownerOf } from "../name-of.ts";

const levels = new Set(["trace", "debug", "info", "warn", "error", "fatal"]);
/** Names of what holds a tenant's values, as a whole. */
const wholes =
  /^(?:input|rawInput|body|row|rows|entity|entities|result|answer|data|payload|ctx|context|request|response|req|res|headers|principal|actor|user|tenant|document|secret|params|error|err|cause|registration|credentials|session)$/;

/** Logs are read across tenants, and kept for longer than the rows that they tell of. */
export const logsNameFields = leakRule(
  "A log line names its fields one by one: no input, row, entity, header or error as a whole, and no console",
  (context) => {
    const report = (node: Node, what: string, instead: string) =>
      context.report({
        node,
        message: `${what} puts a tenant's values into the log, which nobody's policy guards: ${instead}`,
      });
    const check = (node: Node): void => {
      const value = bare(node);
      if (value.type === "ObjectExpression") {
        for (const it of value.properties) check(it.type === "SpreadElement" ? it.argument : it.value);
      } else if (value.type === "TemplateLiteral") {
        for (const it of value.expressions) check(it);
      } else if (value.type === "CallExpression" && nameOf(value.callee) === "stringify") {
        for (const it of value.arguments) check(it);
      } else {
        const name = nameOf(value);
        if (name !== undefined && value.type !== "Literal" && wholes.test(name))
          report(value, name, "log ids, counts and reasons by name; of an error what describeError says.");
        else if (name === "message" && /^(?:error|err|cause)$/.test(nameOf(ownerOf(value)) ?? ""))
          report(value, `${nameOf(ownerOf(value))}.message`, "a database's sentence quotes values; log its code.");
      }
    };
    return {
      CallExpression(node) {
        const method = nameOf(node.callee);
        const owner = nameOf(ownerOf(node.callee));
        if (owner === "console") return report(node, `console.${method}`, "use the request's log.");
        if (method === undefined || !levels.has(method) || owner === undefined || !/^(?:log|logger|pino)$/i.test(owner))
          return;
        for (const argument of node.arguments) check(argument);
      },
    };
  },
);
