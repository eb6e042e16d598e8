import { leakRule, type Context, type Node } from "../leak-rule.ts";
import { bare, nameOf, ownerOf } from "../name-of.ts";

const doors = new Set(["execute", "raw", "query", "$queryRawUnsafe", "$executeRawUnsafe"]);

/** Values travel as parameters: text is logged, is shown by pg_stat_activity, and can be a statement of its own. */
export const sqlIsConstant = leakRule(
  "SQL text is built of constants alone; every value is a bound parameter",
  (context) => ({
    CallExpression(node) {
      const name = nameOf(node.callee);
      const isDoor = name !== undefined && doors.has(name) && (name === "raw" || ownerOf(node.callee) !== undefined);
      const [text] = node.arguments;
      if (!isDoor || text === undefined) return;
      const part = variablePart(context, bare(text));
      if (part === undefined) return;
      context.report({
        node: part,
        message: `${context.sourceCode.getText(part)} becomes SQL text: write ? and pass it as a parameter; names of columns come from constants of the module.`,
      });
    },
  }),
);

/** The first part of the text that is not known when the module is loaded. A text that comes as a whole is looked at where it is made. */
const variablePart = (context: Context, node: Node, isWhole = true): Node | undefined => {
  if (node.type === "Literal") return undefined;
  if (node.type === "TemplateLiteral") return firstOf(node.expressions, (it) => variablePart(context, bare(it), false));
  if (node.type === "BinaryExpression")
    return firstOf([node.left, node.right], (it) => variablePart(context, bare(it), false));
  if (node.type === "ConditionalExpression")
    return firstOf([node.consequent, node.alternate], (it) => variablePart(context, bare(it), isWhole));
  const unknown = isWhole ? undefined : node;
  const init = node.type === "Identifier" ? initOf(context, node) : undefined;
  if (init === undefined) return unknown;
  const { value, isOfModule } = init;
  if (/^(?:Literal|TemplateLiteral|BinaryExpression|ConditionalExpression)$/.test(value.type))
    return variablePart(context, value) === undefined ? undefined : node;
  return isOfModule ? undefined : unknown;
};

const initOf = (context: Context, node: Node & { type: "Identifier" }) => {
  for (let scope = context.sourceCode.getScope(node) as Scope | null; scope !== null; scope = scope.upper) {
    const variable = scope.set.get(node.name);
    if (variable === undefined) continue;
    const [definition] = variable.defs;
    if (definition?.type !== "Variable" || definition.node.type !== "VariableDeclarator") return undefined;
    const { init, id } = definition.node;
    if (init === null || id.type !== "Identifier") return undefined;
    return { value: bare(init), isOfModule: scope.type === "module" };
  }
  return undefined;
};

type Scope = ReturnType<Context["sourceCode"]["getScope"]>;

const firstOf = (nodes: readonly Node[], find: (node: Node) => Node | undefined): Node | undefined => {
  for (const node of nodes) {
    const found = find(node);
    if (found !== undefined) return found;
  }
  return undefined;
};
