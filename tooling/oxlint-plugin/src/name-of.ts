import type { Node } from "./leak-rule.ts";

/** The expression without casts, `await`, `!` and optional chaining around it. */
export const bare = (node: Node): Node => {
  if (node.type === "AwaitExpression") return bare(node.argument);
  const isAround =
    node.type === "ChainExpression" ||
    node.type === "ParenthesizedExpression" ||
    node.type === "TSAsExpression" ||
    node.type === "TSNonNullExpression" ||
    node.type === "TSSatisfiesExpression";
  return isAround ? bare(node.expression) : node;
};

/** The last name of an expression: `em` of `ctx.em`, of `ctx["em"]` and of `em`; undefined if it has none. */
export const nameOf = (node: Node | null | undefined): string | undefined => {
  if (node === null || node === undefined) return undefined;
  const inner = bare(node);
  if (inner.type === "Identifier" || inner.type === "PrivateIdentifier") return inner.name;
  if (inner.type === "Literal") return typeof inner.value === "string" ? inner.value : undefined;
  if (inner.type !== "MemberExpression") return undefined;
  if (inner.computed && inner.property.type !== "Literal") return undefined;
  return nameOf(inner.property);
};

/** What a member is taken of: `ctx` of `ctx.em`; undefined for what is no member. */
export const ownerOf = (node: Node | null | undefined): Node | undefined => {
  if (node === null || node === undefined) return undefined;
  const inner = bare(node);
  return inner.type === "MemberExpression" ? bare(inner.object) : undefined;
};

/** The name at the root of a chain: `z` of `z.uuid().optional()`. */
export const rootOf = (node: Node): string | undefined => {
  const inner = bare(node);
  if (inner.type === "MemberExpression") return rootOf(inner.object);
  if (inner.type === "CallExpression") return rootOf(inner.callee);
  return inner.type === "Identifier" ? inner.name : undefined;
};

/** Whether it stands at the top of its module, where it outlives every request. */
export const isAtModuleLevel = (node: Node): boolean => {
  for (let at: Node | null = node.parent; at !== null; at = at.parent) {
    if (at.type === "Program") return true;
    if (at.type === "ArrowFunctionExpression" || at.type === "FunctionExpression" || at.type === "FunctionDeclaration")
      return false;
  }
  return true;
};
