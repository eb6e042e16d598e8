import { leakRule, type Node } from "../leak-rule.ts";
import { nameOf, ownerOf } from "../name-of.ts";

const verbs = new Set(["query", "mutation", "subscription"]);
const vague = /\b(?:any|unknown|object|Loaded|EntityDTO)\b/;

/** What a handler answers is what its type says, field by field: an entity has columns that nobody meant to send. */
export const answerIsNamed = leakRule(
  "Each handler names the type of its answer, and that type is no entity",
  (context) => {
    const entities = new Set<string>();
    return {
      ImportDeclaration(node) {
        if (!node.source.value.startsWith("@severalty/db/entities/")) return;
        // An id may stand beside its entity.
        for (const it of node.specifiers) if (!it.local.name.endsWith("Id")) entities.add(it.local.name);
      },
      CallExpression(node) {
        const verb = nameOf(node.callee);
        if (verb === undefined || !verbs.has(verb) || ownerOf(node.callee) === undefined) return;
        const [handler] = node.arguments;
        if (handler === undefined) return;
        const fault = faultOf(handler, entities, (it) => context.sourceCode.getText(it));
        if (fault !== undefined) context.report({ node: handler, message: fault });
      },
    };
  },
);

const faultOf = (handler: Node, entities: ReadonlySet<string>, textOf: (node: Node) => string): string | undefined => {
  const named = "name the answer's fields in an interface and annotate it, (…): Promise<TaskWhole> =>.";
  if (handler.type !== "ArrowFunctionExpression" && handler.type !== "FunctionExpression")
    return `A handler from elsewhere hides what it answers: write it here and ${named}`;
  const { returnType } = handler;
  if (returnType === null || returnType === undefined) return `The handler answers whatever it finds: ${named}`;
  const type = textOf(returnType.typeAnnotation);
  const word = vague.exec(type)?.[0] ?? [...entities].find((it) => new RegExp(`\\b${it}\\b`).test(type));
  return word === undefined
    ? undefined
    : `The answer's type is ${word}, which has columns that nobody meant to send: ${named}`;
};
