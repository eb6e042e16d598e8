import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format, type FormatConfig } from "oxfmt";
import { GeneratorError } from "./generator-error.ts";
import type { Registry } from "./registries.ts";

/** A file as it is to be. */
export interface Change {
  readonly kind: "create" | "change";
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  /** Of a registry, the lines that are new. */
  readonly added: readonly string[];
}

/** A new file, formatted. Throws `GeneratorError` when there is one already. */
export const creation = async (root: string, path: string, text: string): Promise<Change> => {
  if (existsSync(join(root, path))) throw new GeneratorError(`${path} is there already: nothing is written over it`);
  return { kind: "create", path, text: await formatted(root, path, text), added: [] };
};

/** Registries with what they are to list, formatted; one that lists several things is one change. Throws `GeneratorError`. */
export const registrations = (root: string, registries: readonly Registry[]): Promise<Change[]> => {
  const paths = [...new Set(registries.map(({ path }) => path))];
  return Promise.all(
    paths.map(async (path) => {
      const before = readFileSync(join(root, path), "utf8");
      const after = registries.reduce((text, registry) => (registry.path === path ? registry.add(text) : text), before);
      const text = await formatted(root, path, after);
      const known = new Set(before.split("\n"));
      return { kind: "change", path, text, added: text.split("\n").filter((line) => !known.has(line)) } as const;
    }),
  );
};

/** Writes what was decided. A file that came into being meanwhile is an error, and stays. */
export const apply = async (root: string, changes: readonly Change[]): Promise<void> => {
  const inOrder = changes.toSorted((one, other) => Number(one.kind === "change") - Number(other.kind === "change"));
  for (const { kind, path, text } of inOrder)
    await writeFile(join(root, path), text, { flag: kind === "create" ? "wx" : "w" });
};

/** By the repository's own settings. */
const formatted = async (root: string, path: string, text: string): Promise<string> => {
  const settings = JSON.parse(readFileSync(join(root, ".oxfmtrc.json"), "utf8")) as FormatConfig;
  const { code, errors } = await format(path, text, settings);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path} would not be well-formed: ${error.message}`);
  return code;
};
