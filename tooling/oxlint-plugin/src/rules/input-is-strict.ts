import { leakRule } from "../leak-rule.ts";
import { nameOf, rootOf } from "../name-of.ts";

const makers = new Set(["object", "looseObject", "any", "unknown", "record", "custom", "map"]);
const looseners = new Set(["passthrough", "loose", "catchall", "nonstrict"]);

/** What a schema lets through, `create({ ...input })` writes: a column that nobody meant to be written. */
export const inputIsStrict = leakRule("Inputs are z.strictObject, so that no unnamed key reaches a row", (context) => ({
  CallExpression(node) {
    const name = nameOf(node.callee);
    if (name === undefined || node.callee.type !== "MemberExpression") return;
    const isMaker = makers.has(name) && nameOf(node.callee.object) === "z";
    const isLoosener = looseners.has(name) && rootOf(node.callee.object) === "z";
    if (!isMaker && !isLoosener) return;
    context.report({
      node,
      message: `${name}() lets through keys that nobody named, and a handler would write them: use z.strictObject, or jsonObject of @severalty/domain/json for a column that holds JSON.`,
    });
  },
}));
