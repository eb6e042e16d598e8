import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { MikroORM, type Options } from "@mikro-orm/postgresql";

/**
 * MikroORM's SQL for all entities as they would be with these files, by path from the root: they are imported out of memory, so that
 * nothing is written before everything is known to be well. Answers for the first call in a process: modules are kept.
 */
export const schemaSql = async (root: string, files: ReadonlyMap<string, string>): Promise<string> => {
  const sources = new Map([...files].map(([path, text]) => [pathToFileURL(join(root, path)).href, text]));
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      const url = specifier.startsWith(".") ? new URL(specifier, context.parentURL).href : specifier;
      return sources.has(url) ? { url, shortCircuit: true } : next(specifier, context);
    },
    load: (url, context, next) => {
      const source = sources.get(url);
      return source === undefined ? next(url, context) : { format: "module-typescript", source, shortCircuit: true };
    },
  });
  try {
    const registry = pathToFileURL(join(root, "packages/db/src/entities.ts")).href;
    const { entities } = (await import(registry)) as { entities: Entities };
    return await createSql(entities);
  } finally {
    hooks.deregister();
  }
};

type Entities = NonNullable<Options["entities"]>;

/** Asks no database. */
const createSql = async (entities: Entities): Promise<string> => {
  const { SchemaGenerator } = await import("@mikro-orm/postgresql");
  const orm = await MikroORM.init({
    dbName: "none",
    entities: [...entities],
    extensions: [SchemaGenerator],
    discovery: { checkDuplicateTableNames: true },
    schemaGenerator: { ignoreSchema: ["sealed"], ignoreRoutines: true },
  });
  return orm.schema.getCreateSchemaSQL({ wrap: false });
};
