import { GeneratorError } from "./generator-error.ts";
import type { Names } from "./names.ts";

/** A file that lists what there is, and how it lists one thing more. */
export interface Registry {
  /** From the root of the repository. */
  readonly path: string;
  readonly add: (source: string) => string;
}

/** Where an entity is registered. `add` throws `GeneratorError` when the name is taken or the list is not where it was. */
export const entityRegistries = ({ kebab, pascal, kebabPlural, noun }: Names): readonly Registry[] => [
  {
    path: "packages/db/src/entities.ts",
    add: (source) =>
      addImport(
        addToList(source, {
          opening: "export const tenantEntities: readonly EntitySchema[] = [",
          closing: "]",
          item: pascal,
          path: "packages/db/src/entities.ts",
        }),
        `import { ${pascal} } from "./entities/${kebab}.ts";`,
      ),
  },
  {
    path: "packages/api/src/root.ts",
    add: (source) =>
      addImport(
        addToList(source, {
          opening: "export const appRouter = router({",
          closing: "\n}",
          item: `  ${noun}: ${noun}Router`,
          path: "packages/api/src/root.ts",
        }),
        `import { ${noun}Router } from "./routers/${kebabPlural}.ts";`,
      ),
  },
  {
    path: "packages/domain/src/permission.ts",
    add: (source) =>
      addToList(source, {
        opening: "const access = {",
        closing: "\n}",
        item: `  ${noun}: { read: members, write: administrators }`,
        path: "packages/domain/src/permission.ts",
      }),
  },
];

/** Where a migration is listed. */
export const migrationRegistry = (migration: { readonly name: string; readonly className: string }): Registry => {
  const path = "packages/db/src/migrations.ts";
  return {
    path,
    add: (source) =>
      addImport(
        addToList(source, {
          opening: "export const migrations = [",
          closing: "\n]",
          item: `  { name: "${migration.name}", class: ${migration.className} }`,
          path,
        }),
        `import { ${migration.className} } from "./migrations/${migration.name.replaceAll("_", "-")}.ts";`,
      ),
  };
};

interface Addition {
  readonly opening: string;
  /** Stands first behind the opening where the list ends. */
  readonly closing: string;
  readonly item: string;
  readonly path: string;
}

/** At the list's end. */
const addToList = (source: string, { opening, closing, item, path }: Addition): string => {
  const start = source.indexOf(opening);
  const end = source.indexOf(closing, start + opening.length);
  if (start === -1 || end === -1) throw new GeneratorError(`${path} has no list that begins with \`${opening}\``);
  const listed = source.slice(start + opening.length, end);
  const [name = ""] = item.trim().split(/[:\s]/, 1);
  if (name !== "{" && new RegExp(`(?:^|[\\s,])${name}(?:[\\s,:]|$)`).test(listed))
    throw new GeneratorError(`${path} lists ${name} already`);
  const comma = listed.trimEnd().endsWith(",") ? "" : ",";
  return `${source.slice(0, end).trimEnd()}${comma}\n${item},${source.slice(end)}`;
};

const pathOf = (line: string): string => /"(.*)\.ts"/.exec(line)?.[1] ?? "";

/** Among the imports of its folder by their order, or behind the last one. */
const addImport = (source: string, line: string): string => {
  const lines = source.split("\n");
  const imports = lines.filter((text) => text.startsWith("import "));
  const folder = /"(.*\/)/.exec(line)?.[1] ?? "";
  const siblings = imports.filter((text) => pathOf(text).startsWith(folder));
  const next = siblings.find((text) => pathOf(text) > pathOf(line));
  const at = next === undefined ? lines.indexOf(siblings.at(-1) ?? imports.at(-1) ?? "") + 1 : lines.indexOf(next);
  return [...lines.slice(0, at), line, ...lines.slice(at)].join("\n");
};
