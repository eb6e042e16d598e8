import { functionName } from "./call-mutants.ts";
import type { Proposal } from "./code-mutants.ts";
import { isNode, keyOf, listOf, type Node, type Place, type Source } from "./source.ts";

/** Refusals that refuse nothing, and conditions that ask for less. */
export const conditionMutants = (source: Source): Proposal[] =>
  source.places.flatMap((place) => [
    ...refusal(source, place),
    ...operand(source, place),
    ...early(source, place),
    ...switched(source, place),
  ]);

const refusal = (source: Source, { node, within }: Place): Proposal[] =>
  node.type === "ThrowStatement"
    ? [{ kind: "refusal", what: `${source.shown(node)} at ${functionName(within)}`, edits: [source.edit(node, ";")] }]
    : [];

/** Code whose conditions decide who somebody is and what he may do; elsewhere they mostly shape answers. */
const guarded =
  /packages\/(auth|db\/src\/(tenancy|identity|driver))\/|api\/src\/(procedures|context|run-once|rate-limits)\.ts|routers\/auth\.ts/;

/** `a` and `b` of `a && b`, each without the other, in what is returned or decides about leaving early. */
const operand = (source: Source, { node, within }: Place): Proposal[] => {
  if (node.type !== "LogicalExpression" || !["&&", "||"].includes(String(node["operator"]))) return [];
  const [parent] = within;
  const isTest = parent?.type === "IfStatement" && parent["test"] === node;
  const isAnswer = parent?.type === "ReturnStatement" || parent?.type === "ArrowFunctionExpression";
  const chain = within.filter(({ type }) => type === "LogicalExpression");
  const isInner = parent?.type === "LogicalExpression" && chain.length > 0;
  if (!isTest && !isAnswer && !isInner) return [];
  if (!guarded.test(source.file) && !(isTest && leaves(parent))) return [];
  const { left, right } = node as unknown as { left: Node; right: Node };
  return [left, right].flatMap((side) => {
    if (side.type === "LogicalExpression" && side["operator"] === node["operator"]) return [];
    const other = side === left ? right : left;
    const text = source.text.slice(other.start, other.end);
    return [
      { kind: "condition", what: `${source.shown(side)} at ${functionName(within)}`, edits: [source.edit(node, text)] },
    ];
  });
};

const leaves = (statement: Node): boolean => {
  const then = statement["consequent"];
  if (!isNode(then)) return false;
  const last = then.type === "BlockStatement" ? listOf(then, "body").at(-1) : then;
  return last?.type === "ThrowStatement" || last?.type === "ReturnStatement" || last?.type === "ContinueStatement";
};

/** A lone condition that leaves early with an answer. */
const early = (source: Source, { node, within }: Place): Proposal[] => {
  const then = node["consequent"];
  if (node.type !== "IfStatement" || !isNode(then) || !guarded.test(source.file)) return [];
  const last = then.type === "BlockStatement" ? listOf(then, "body").at(-1) : then;
  const test = node["test"];
  if (last?.type !== "ReturnStatement" || !isNode(test)) return [];
  const what = `if (${source.shown(test)}) ${source.shown(last)} at ${functionName(within)}`;
  return [{ kind: "condition", what, edits: [source.edit(test, "false")] }];
};

/** Options that are switched the other way. */
const switched = (source: Source, { node, within }: Place): Proposal[] => {
  const value = node["value"];
  if (node.type !== "Property" || !isNode(value) || value.type !== "Literal" || typeof value["value"] !== "boolean")
    return [];
  if (!/packages\/db\/src\/(tenancy|driver|orm)/.test(source.file)) return [];
  const what = `${keyOf(node)}: ${String(value["value"])} at ${functionName(within)}`;
  return [{ kind: "switch", what, edits: [source.edit(value, String(!value["value"]))] }];
};
