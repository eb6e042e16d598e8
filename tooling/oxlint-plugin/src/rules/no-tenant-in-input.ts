import { leakRule, type Node } from "../leak-rule.ts";
import { nameOf, rootOf } from "../name-of.ts";

const key = /^(?:tenant|org|organi[sz]ation|workspace|account|agency)_?id$/i;
const header = /^(?:x-)?(?:tenant|org|organi[sz]ation|workspace|account)(?:-id)?$/i;

/** `auth.switchTenant` alone names a tenant: it asks the database whether the caller may enter. */
export const noTenantInInput = leakRule(
  "No input, header, query or path names a tenant: it comes from the verified token or key",
  (context) => ({
    Property(node) {
      if (node.parent.type !== "ObjectExpression") return;
      const name = nameOf(node.key);
      if (name === undefined || !key.test(name) || !isSchema(node) || isOfSwitchTenant(node)) return;
      context.report({
        node,
        message: `The input names ${name}, and a caller may write any: leave it out; the tenant is the one that the call has entered.`,
      });
    },
    Literal(node) {
      if (typeof node.value !== "string" || !header.test(node.value) || !node.value.includes("-")) return;
      context.report({
        node,
        message: `The header ${node.value} would say which tenant a call is of, and a caller may write any: the token or key says it.`,
      });
    },
    MemberExpression(node) {
      const name = nameOf(node);
      const from = nameOf(node.object);
      if (name === undefined || from === undefined || !key.test(name)) return;
      if (!["input", "params", "query", "body", "headers", "rawInput"].includes(from)) return;
      context.report({
        node,
        message: `${from}.${name} is what the caller wrote: the tenant is the one that the call has entered.`,
      });
    },
  }),
);

const makers =
  /^(?:strictObject|object|looseObject|extend|safeExtend|merge|listInput|idInput|updateInput|changeInput|removeInput)$/;

/** A rule of zod, or the id's own rule within an object of rules. */
const isSchema = (property: Node & { type: "Property" }): boolean => {
  const root = rootOf(property.value);
  if (root === "z" || root === "idOf") return true;
  if (root !== "tenantId") return false;
  if (property.value.type === "CallExpression") return true;
  for (let at: Node | null = property.parent; at !== null; at = at.parent) {
    if (at.type === "CallExpression") return makers.test(nameOf(at.callee) ?? "");
    if (at.type !== "ObjectExpression" && at.type !== "Property") return false;
  }
  return false;
};

const isOfSwitchTenant = (node: Node): boolean => {
  for (let at: Node | null = node; at !== null; at = at.parent)
    if (at.type === "Property" && nameOf(at.key) === "switchTenant") return true;
  return false;
};
