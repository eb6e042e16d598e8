import type { Proposal } from "./code-mutants.ts";
import { calleeOf, isNode, keyOf, listOf, nameOf, type Node, type Place, type Source } from "./source.ts";

/** Queries whose condition stands in an object, by the place of that object among the arguments. */
const conditionAt: Readonly<Record<string, number>> = {
  where: 0,
  nativeUpdate: 1,
  nativeDelete: 1,
  findOne: 1,
  findOneOrFail: 1,
};

/** Calls that are made for their effect and left out, and conditions of queries that lose a member. */
export const callMutants = (source: Source): Proposal[] =>
  source.places.flatMap((place) => [
    ...effect(source, place),
    ...members(source, place),
    ...bound(source, place),
    ...sqlMembers(source, place),
  ]);

const effect = (source: Source, { node }: Place): Proposal[] => {
  const called = node.type === "ExpressionStatement" ? callIn(node["expression"]) : undefined;
  if (called === undefined || (isNode(called["callee"]) && called["callee"].type === "Super")) return [];
  return [{ kind: "call left out", what: source.shown(node), edits: [source.edit(node, ";")] }];
};

const callIn = (expression: unknown): Node | undefined => {
  if (!isNode(expression)) return undefined;
  if (expression.type === "AwaitExpression") return callIn(expression["argument"]);
  return expression.type === "CallExpression" ? expression : undefined;
};

const members = (source: Source, { node, within }: Place): Proposal[] => {
  if (node.type !== "CallExpression") return [];
  const called = calleeOf(node);
  const at = conditionAt[called];
  // A plain `where(…)` makes filters that a caller asks for.
  if (at === undefined || (isNode(node["callee"]) && node["callee"].type === "Identifier")) return [];
  const [condition, options] = listOf(node, "arguments").slice(at);
  const filter = appliedAfter(source, within);
  const parts = condition?.type === "ObjectExpression" ? listOf(condition, "properties") : [];
  const proposals = parts.map((part): Proposal => {
    // The same row is asked of the filter as well: only without both is anything to be seen.
    const isTenant = keyOf(part) === "tenantId" && filter !== undefined;
    const edits = [source.edit(part, "...{}"), ...(isTenant ? [source.edit(filter, ";")] : [])];
    const what = `${source.shown(part)} in ${called}${isTenant ? " and the filter" : ""} at ${functionName(within)}`;
    return { kind: "condition of a query", what, edits };
  });
  if (called.startsWith("findOne") && options?.type === "ObjectExpression")
    for (const part of listOf(options, "properties").filter((property) => keyOf(property) === "lockMode"))
      proposals.push({
        kind: "lock left out",
        what: `${source.shown(part)} at ${functionName(within)}`,
        edits: [source.edit(part, "...{}")],
      });
  return proposals;
};

/** The call of `applyFilters` in the same function. */
const appliedAfter = (source: Source, within: readonly Node[]): Node | undefined => {
  const [body] = within.filter(({ type }) => type === "FunctionExpression" || type === "ArrowFunctionExpression");
  if (body === undefined) return undefined;
  return source.places.find(
    ({ node }) =>
      node.type === "ExpressionStatement" &&
      node.start > body.start &&
      node.end < body.end &&
      source.shown(node).includes(".applyFilters()"),
  )?.node;
};

/** The method or constant that a node stands in. */
export const functionName = (within: readonly Node[]): string => {
  for (const node of within) {
    if (node.type === "MethodDefinition" || node.type === "Property") return keyOf(node);
    if (node.type === "VariableDeclarator" && isNode(node["id"])) return nameOf(node["id"]);
  }
  return "the file";
};

/** What is hashed, signed or sealed together, and what a verifier is told: each part left out. */
const bound = (source: Source, { node }: Place): Proposal[] => {
  if (node.type !== "CallExpression") return [];
  const called = calleeOf(node);
  const [list] = listOf(node, "arguments");
  if (list?.type === "ArrayExpression" && (called === "canonicalJson" || called === "concat")) {
    const parts = listOf(list, "elements");
    const nothing = called === "concat" ? "Buffer.alloc(0)" : "0";
    return parts.map((part) => ({
      kind: "part of what is bound",
      what: `${source.shown(part)} in ${source.shown(list)}`,
      edits: [source.edit(part, nothing)],
    }));
  }
  if (/^createVerifier|^createSigner/.test(called) && list?.type === "ObjectExpression")
    return listOf(list, "properties").map((part) => ({
      kind: "part of what is bound",
      what: `${source.shown(part)} in ${called}`,
      edits: [source.edit(part, "...{}")],
    }));
  return [];
};

const everyPolicyTrue = `do $$ declare p record; begin
  for p in select polrelid::regclass as t, polname as n from pg_policy loop
    execute format('alter policy %I on %s using (true)', p.n, p.t);
  end loop; end $$`;

/** Conditions in SQL text; with policies that let every row through where it is the tenant that is left out. */
const sqlMembers = (source: Source, { node }: Place): Proposal[] => {
  if (node.type !== "TemplateLiteral" && !(node.type === "Literal" && typeof node["value"] === "string")) return [];
  const text = source.text.slice(node.start, node.end);
  if (!/\b(select|update|delete)\b/.test(text)) return [];
  const pattern = /(?<=\bwhere |\band )[\w.]+(?: (?:=|<=|>=|<|>) (?:\?|[\w.]+(?:\(\))?)| is null)/g;
  return [...text.matchAll(pattern)].map(({ 0: part, index }) => {
    const start = node.start + index;
    const isTenant = part.includes("tenant_id");
    // The value still has to go somewhere.
    const instead = part.includes("?") ? "?::text is distinct from 'never'" : "true";
    return {
      kind: "condition of a query",
      what: `${part} in ${text.slice(1, 60).replace(/\s+/g, " ")}`,
      edits: [source.edit({ start, end: start + part.length }, instead)],
      ...(isTenant ? { sql: everyPolicyTrue } : {}),
    };
  });
};
