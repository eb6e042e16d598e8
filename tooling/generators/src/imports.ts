/** Import lines of a generated file, one for each module: packages first, then relative ones. */
export class Imports {
  readonly #names = new Map<string, Set<string>>();

  /** A name that is a type alone is written `type Name`. */
  add(module: string, ...names: readonly string[]): void {
    const known = this.#names.get(module) ?? new Set();
    for (const name of names) known.add(name);
    this.#names.set(module, known);
  }

  /** The lines, without an end of line behind the last. */
  text(): string {
    const modules = [...this.#names.keys()].toSorted(byPlace);
    return modules.map((module) => line(module, [...(this.#names.get(module) ?? [])])).join("\n");
  }
}

const line = (module: string, names: readonly string[]): string => {
  const sorted = names.toSorted((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
  if (!names.every((name) => name.startsWith("type "))) return `import { ${sorted.join(", ")} } from "${module}";`;
  return `import type { ${sorted.map(bare).join(", ")} } from "${module}";`;
};

/** Values, then types; each without regard to case. */
const sortKey = (name: string): string => `${name.startsWith("type ") ? 1 : 0}${bare(name).toLowerCase()}`;

const bare = (name: string): string => name.replace(/^type /, "");

const byPlace = (one: string, other: string): number => (rank(one) < rank(other) ? -1 : 1);

/** Packages, then what is further away, then what is beside. */
const rank = (module: string): string => {
  if (!module.startsWith(".")) return `0${module}`;
  return module.startsWith("../") ? `1${module}` : `2${module}`;
};
