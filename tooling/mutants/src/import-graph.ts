import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** How many imports lead from a test file to a source file; undefined when none do. Both relative to the repository. */
export type Distance = (test: string, source: string) => number | undefined;

/** Reads who imports whom in the packages. */
export const readImportGraph = (repository: string): Distance => {
  const files = globSync("packages/*/{src,test}/**/*.ts", { cwd: repository });
  const imports = new Map(files.map((file) => [file, importsOf(repository, file)]));
  const known = new Map<string, Map<string, number>>();
  return (test, source) => {
    const distances = known.get(test) ?? distancesFrom(test, imports);
    known.set(test, distances);
    return distances.get(source);
  };
};

const distancesFrom = (start: string, imports: ReadonlyMap<string, readonly string[]>): Map<string, number> => {
  const distances = new Map([[start, 0]]);
  // A map goes on over what is added to it meanwhile.
  for (const [file, distance] of distances)
    for (const next of imports.get(file) ?? []) if (!distances.has(next)) distances.set(next, distance + 1);
  return distances;
};

const importsOf = (repository: string, file: string): string[] => {
  const text = readFileSync(join(repository, file), "utf8");
  return [...text.matchAll(/(?:from|import\() ?"([^"]+)"/g)].flatMap(([, name = ""]) => {
    const target = name.startsWith(".")
      ? join(dirname(file), name)
      : name.replace(/^@severalty\/([\w-]+)\/(.+)$/, "packages/$1/src/$2.ts");
    return target.startsWith("packages/") && existsSync(join(repository, target)) ? [normalize(target)] : [];
  });
};
