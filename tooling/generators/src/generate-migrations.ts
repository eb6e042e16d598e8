import { entities } from "@severalty/db/entities";
import { type Change, creation, registrations } from "./change.ts";
import { migrationFile } from "./migration-file.ts";
import { kebabOf } from "./names.ts";
import { nextMigration } from "./next-migration.ts";
import { migrationRegistry } from "./registries.ts";
import { schemaChange } from "./schema-change.ts";
import { schemaDrift } from "./schema-drift.ts";

/** The migrations from what they make now to what the entities describe; none when they agree. Writes nothing. Throws `GeneratorError`. */
export const generateMigrations = async (root: string, given: string): Promise<Change[]> => {
  const topic = kebabOf(given, "the name of a migration");
  const readOnly = new Set(
    entities.flatMap(({ meta }) => (meta.readonly === true ? [`${meta.schema}.${meta.tableName}`] : [])),
  );
  const { transactional, concurrent } = schemaChange(await schemaDrift(), (table) => readOnly.has(table));
  const wanted = [
    { topic, steps: transactional, isTransactional: true },
    { topic: transactional.up.length === 0 ? topic : `${topic}-indexes`, steps: concurrent, isTransactional: false },
  ].filter(({ steps }) => steps.up.length > 0);
  const files: Change[] = [];
  const lines = [];
  for (const [at, { topic: name, steps, isTransactional }] of wanted.entries()) {
    const { folder, ...migration } = nextMigration(root, name, at);
    const sentence = `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll("-", " ")}.`;
    const text = migrationFile({ className: migration.className, sentence, isTransactional, ...steps });
    files.push(await creation(root, `${folder}/${migration.name.replaceAll("_", "-")}.ts`, text));
    lines.push(migrationRegistry(migration));
  }
  return [...files, ...(await registrations(root, lines))];
};
