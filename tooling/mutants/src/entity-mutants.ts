import type { Proposal } from "./code-mutants.ts";
import { calleeOf, isNode, keyOf, type Place, type Source } from "./source.ts";

const filter = ["packages/db/test/isolation-filter.test.ts"];
const teams = ["packages/api/test/team-visibility.test.ts", "packages/api/test/every-team.test.ts"];

/** Entities without the filter of tenants or of teams, and permissions that more people have. */
export const entityMutants = (source: Source): Proposal[] =>
  source.places.flatMap((place) => [...scope(source, place), ...ownFilter(source, place), ...access(source, place)]);

const scope = (source: Source, { node }: Place): Proposal[] => {
  const call = node["argument"];
  if (node.type !== "SpreadElement" || !isNode(call) || call.type !== "CallExpression") return [];
  const called = calleeOf(call);
  if (!/\/entities\//.test(source.file) || !["tenantScope", "teamScope"].includes(called)) return [];
  const text = source.text.slice(call.start, call.end);
  const kept = called === "teamScope" ? `{ team: ${text}.filters.team }` : "{}";
  const words = [...source.text.matchAll(/name: "(\w+)"/g)].slice(0, 1).map(([, name = ""]) => name);
  const proposals: Proposal[] = [
    {
      kind: "ORM filter",
      what: `the filter of tenants in ${text}`,
      edits: [source.edit(node, `...${text}, filters: ${kept}`)],
      words,
      first: filter,
    },
  ];
  if (called === "teamScope") {
    const edits = [source.edit(node, `...${text}, filters: { tenant: ${text}.filters.tenant }`)];
    proposals.push({ kind: "team filter", what: `the filter of teams in ${text}`, edits, words, first: teams });
  }
  return proposals;
};

/** A filter that an entity, or what all entities share, names itself. */
const ownFilter = (source: Source, { node, within }: Place): Proposal[] => {
  if (node.type !== "Property" || !within.some((outer) => outer.type === "Property" && keyOf(outer) === "filters"))
    return [];
  const edits = [source.edit(node, "...{}")];
  return [{ kind: "ORM filter", what: `${source.shown(node)} at ${source.name}`, edits, first: [...filter, ...teams] }];
};

const wider: Readonly<Record<string, string>> = { administrators: "members", members: "roles" };

/** Who may do what: the next larger circle. */
const access = (source: Source, { node, within }: Place): Proposal[] => {
  if (source.name !== "permission" || node.type !== "Identifier" || wider[String(node["name"])] === undefined)
    return [];
  const isInTable = within.some(
    (outer) => outer.type === "VariableDeclarator" && isNode(outer["id"]) && outer["id"]["name"] === "access",
  );
  if (!isInTable) return [];
  const path = within.flatMap((outer) => (outer.type === "Property" ? [keyOf(outer)] : [])).toReversed();
  const name = String(node["name"]);
  const what = `${path.join(".")} for ${name} alone`;
  return [{ kind: "role permission", what, edits: [source.edit(node, wider[name] ?? name)], words: [path[0] ?? ""] }];
};
