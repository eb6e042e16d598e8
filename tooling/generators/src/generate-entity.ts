import { type Change, creation, registrations } from "./change.ts";
import { entityFile } from "./entity-file.ts";
import { type EntityArguments, type EntityModel, entityModel } from "./entity-model.ts";
import { migrationFile } from "./migration-file.ts";
import { nextMigration } from "./next-migration.ts";
import { entityRegistries, migrationRegistry } from "./registries.ts";
import { routerFile } from "./router-file.ts";
import { schemaSql } from "./schema-sql.ts";
import { tableMigration } from "./table-migration.ts";
import { entitiesFolder, readTargets } from "./targets.ts";

/** Every file that an entity makes or changes. Writes none of them. Throws `GeneratorError`. */
export const generateEntity = async (root: string, given: EntityArguments): Promise<Change[]> => {
  const model = entityModel(given, readTargets(root));
  const { names } = model;
  const files = [
    await creation(root, `${entitiesFolder}/${names.kebab}.ts`, entityFile(model)),
    await creation(root, `packages/api/src/routers/${names.kebabPlural}.ts`, routerFile(model)),
  ];
  const registries = await registrations(root, entityRegistries(names));
  const written = new Map([...files, ...registries].map(({ path, text }) => [path, text]));
  return [...files, ...registries, ...(await migrationOf(root, model, written))];
};

const migrationOf = async (root: string, { names }: EntityModel, written: ReadonlyMap<string, string>) => {
  const { folder, ...migration } = nextMigration(root, names.kebabPlural);
  const sql = await schemaSql(root, written);
  const model = {
    className: migration.className,
    sentence: `The table of ${names.kebabPlural.replaceAll("-", " ")}.`,
    ...tableMigration(sql, `app.${names.table}`),
  };
  return [
    await creation(root, `${folder}/${migration.name.replaceAll("_", "-")}.ts`, migrationFile(model)),
    ...(await registrations(root, [migrationRegistry(migration)])),
  ];
};
