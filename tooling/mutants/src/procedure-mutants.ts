import { functionName } from "./call-mutants.ts";
import type { Proposal } from "./code-mutants.ts";
import { calleeOf, keyOf, listOf, type Node, type Place, type Source } from "./source.ts";

const first = [
  "packages/api/test/every-role.test.ts",
  "packages/api/test/every-procedure.test.ts",
  "packages/api/test/every-key.test.ts",
];

/** Procedures that ask for less: a permission that everybody has, options left out, inputs that take anything besides. */
export const procedureMutants = (source: Source): Proposal[] => {
  if (!/api\/src\/routers\//.test(source.file)) return [];
  return source.places.flatMap((place) => [
    ...tenant(source, place),
    ...builder(source, place),
    ...strict(source, place),
  ]);
};

const tenant = (source: Source, { node, within }: Place): Proposal[] => {
  if (node.type !== "CallExpression" || calleeOf(node) !== "tenantProcedure") return [];
  const [permission, , options] = listOf(node, "arguments");
  const where = functionName(within);
  const proposals: Proposal[] = [];
  const add = (kind: string, part: Node, text: string) =>
    proposals.push({
      kind,
      what: `${source.shown(part)} of ${where}`,
      edits: [source.edit(part, text)],
      words: [where],
      first,
    });
  if (permission?.type === "Literal" && permission["value"] !== "tenants.read")
    add("permission", permission, '"tenants.read"');
  for (const option of options === undefined ? [] : listOf(options, "properties")) {
    add("option of a procedure", option, "...{}");
    if (keyOf(option) === "also" && listOf(option["value"] as Node, "elements").length > 1)
      for (const needed of listOf(option["value"] as Node, "elements"))
        add("option of a procedure", needed, '"tenants.read"');
  }
  return proposals;
};

/** `userProcedure` where a key would do as well. */
const builder = (source: Source, { node, within }: Place): Proposal[] => {
  if (
    node.type !== "Identifier" ||
    node["name"] !== "userProcedure" ||
    within.some(({ type }) => type.startsWith("Import"))
  )
    return [];
  const what = `userProcedure of ${functionName(within)}`;
  return [{ kind: "permission", what, edits: [source.edit(node, "publicProcedure")], words: ["userProcedure"], first }];
};

const strict = (source: Source, { node, within }: Place): Proposal[] => {
  if (node.type !== "MemberExpression" || source.shown(node) !== "z.strictObject") return [];
  const what = `the refusal of unknown fields at ${functionName(within)}, ${source.line(node.start)}`;
  return [{ kind: "strict input", what: what.replace(/, \d+$/, ""), edits: [source.edit(node, "z.object")], first }];
};
