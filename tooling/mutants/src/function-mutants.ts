import type { Client } from "pg";
import { functionsOf, type FunctionRow } from "./catalog.ts";
import type { Mutant } from "./mutant.ts";
import { conditionCuts, hashedParts, raiseCuts, type Cut } from "./sql-conditions.ts";

/** Functions of the database without one of their checks, and without what keeps them to themselves. */
export const functionMutants = async (admin: Client): Promise<Mutant[]> => {
  const functions = await functionsOf(admin);
  return [...functions.flatMap(bodyMutants), ...hashMutants(functions), ...functions.flatMap(shellMutants)];
};

const testsOf = ({ name, body }: FunctionRow): Pick<Mutant, "words" | "first"> => {
  const [, short = name] = name.split(".");
  const camel = short.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  // A refusal is known by its code wherever it is expected.
  const codes = [...body.matchAll(/errcode = '(SV\w+)'/g)].map(([, code = ""]) => code);
  return {
    words: [name, short, short.replaceAll("_", "-"), camel, ...codes],
    first: ["packages/db/test/seal.test.ts"],
  };
};

const bodyMutants = (row: FunctionRow): Mutant[] => {
  const at = row.definition.indexOf(row.body);
  const mutant = (kind: string, cut: Cut, number: number): Mutant => ({
    id: `${kind}:${row.name} ${number} ${cut.what.slice(0, 80)}`,
    kind,
    what: `${row.name} without: ${cut.what}`,
    sql: `${row.definition.slice(0, at + cut.start)}${cut.text}${row.definition.slice(at + cut.end)}`,
    ...testsOf(row),
  });
  return [
    ...raiseCuts(row.body).map((cut, number) => mutant("refusal of a function", cut, number + 1)),
    ...conditionCuts(row.body).map((cut, number) => mutant("condition of a function", cut, number + 1)),
  ];
};

/** Who writes a hash and who compares it forget the same part, so that they still agree. */
const hashMutants = (functions: readonly FunctionRow[]): Mutant[] => {
  const parts = new Map(
    functions.flatMap(({ body }) => hashedParts(body)).map((found) => [`${found.from} ${found.part}`, found]),
  );
  return [...parts.values()].map(({ from, to, part }) => {
    const changed = functions.filter(({ definition }) => definition.includes(from));
    return {
      id: `part of the seal:${part} of ${from}`,
      kind: "part of the seal",
      what: `${changed.map(({ name }) => name).join(", ")} hash ${to} instead of ${from}`,
      sql: changed.map(({ definition }) => definition.replaceAll(from, to)).join(";\n"),
      words: ["seal", "app.context"],
      first: ["packages/db/test/seal.test.ts"],
    };
  });
};

const shellMutants = (row: FunctionRow): Mutant[] => {
  const { name, signature, isDefiner, isPinned } = row;
  const add = (kind: string, what: string, change: string): Mutant => ({
    id: `${kind}:${signature}`,
    kind,
    what: `${name} ${what}`,
    sql: `alter function ${signature} ${change}`,
    ...testsOf(row),
    first: ["packages/db/test/posture-grants.test.ts"],
    isPosture: true,
  });
  const mutants: Mutant[] = [];
  if (isPinned) mutants.push(add("search_path unpinned", "looks up names where its caller says", "reset search_path"));
  if (isDefiner) {
    mutants.push(add("function owner", "belongs to the owner of the tables", "owner to severalty_owner"));
    mutants.push(add("definer is invoker", "has its caller's rights", "security invoker"));
  } else mutants.push(add("invoker is definer", "has its owner's rights", "security definer"));
  return mutants;
};
