import { globSync } from "node:fs";
import { basename } from "node:path";
import { callMutants } from "./call-mutants.ts";
import { conditionMutants } from "./condition-mutants.ts";
import { entityMutants } from "./entity-mutants.ts";
import type { Edit, Mutant } from "./mutant.ts";
import { procedureMutants } from "./procedure-mutants.ts";
import { readSource, type Source } from "./source.ts";

/** Where the code keeps tenants and people apart. */
const places = [
  "packages/api/src/*.ts",
  "packages/api/src/routers/*.ts",
  "packages/auth/src/*.ts",
  "packages/db/src/{driver,identity,locker,tenancy}/*.ts",
  "packages/db/src/entities/*.ts",
  "packages/db/src/{orm,roles}.ts",
  "packages/db/src/templates/*.ts",
  "packages/domain/src/{api-key,canonical-json,idempotency-key,permission,subscription}.ts",
];

/** What an operator proposes: the changed text, and what it is about. */
export interface Proposal {
  readonly kind: string;
  readonly what: string;
  readonly edits: readonly Edit[];
  /** Also weakened, because it stands before what is mutated. */
  readonly sql?: string;
  readonly words?: readonly string[];
  readonly first?: readonly string[];
}

/** Every defence that the syntax of the code tells of, each taken away by an edit that still parses. */
export const codeMutants = (repository: string): Mutant[] => {
  const files = globSync(places, { cwd: repository }).filter((file) => !/\.test\.ts$|log-failure|trpc\.ts$/.test(file));
  const seen = new Map<string, number>();
  return files.toSorted().flatMap((file) => {
    const source = readSource(repository, file);
    return [callMutants, conditionMutants, entityMutants, procedureMutants]
      .flatMap((propose) => propose(source))
      .filter(({ edits }) => source.isSound(edits))
      .map((proposal) => mutantOf(source, proposal, seen));
  });
};

/** Lines move with every change; what is taken away, counted where it stands twice, does not. */
const mutantOf = (
  source: Source,
  { kind, what, edits, sql, words = [], first = [] }: Proposal,
  seen: Map<string, number>,
): Mutant => {
  const name = `${kind}:${source.file.replace(/^packages\//, "")} ${what}`;
  const count = (seen.get(name) ?? 0) + 1;
  seen.set(name, count);
  const line = source.line(edits[0]?.start ?? 0);
  return {
    id: count === 1 ? name : `${name} #${count}`,
    kind,
    what: `${source.file}:${line} without ${what}`,
    edits,
    words: [...new Set([...words, source.name, basename(source.file), ...exportsOf(source)])],
    first: [source.file.replace(/\.ts$/, ".test.ts"), ...first],
    ...(sql === undefined ? {} : { sql }),
  };
};

const exportsOf = ({ text }: Source): string[] =>
  [...text.matchAll(/^export (?:const|class|function) (\w+)/gm)].map(([, name = ""]) => name);
