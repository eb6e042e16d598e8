import { MikroORM, SchemaGenerator } from "@mikro-orm/postgresql";
import { entities } from "../entities.ts";
import { migrations as registry } from "../migrations.ts";
import { asAdmin } from "../provision.ts";
import type { ListedMigration } from "./listed-migration.ts";
import { readRecord, standingOf } from "./record.ts";

/** Something that keeps a database from being what this program describes. */
export interface Fault {
  readonly kind: "pending" | "unknown" | "edited" | "drift";
  /** The migration's name; for a drift, a statement that would mend it. */
  readonly what: string;
}

/** Every fault of a database; none when all migrations ran, none was edited since, and the schema is the entities'. Changes nothing. */
export const checkDatabase = async (
  url: string,
  migrations: readonly ListedMigration[] = registry,
): Promise<Fault[]> => {
  const { pending, unknown, edited } = await standingOf(migrations, await asAdmin(url, readRecord));
  const faults: Fault[] = [
    ...pending.map((what) => ({ kind: "pending", what }) as const),
    ...unknown.map((what) => ({ kind: "unknown", what }) as const),
    ...edited.map((what) => ({ kind: "edited", what }) as const),
  ];
  // Between two versions the schema differs for a reason that was just given.
  if (pending.length > 0 || unknown.length > 0) return faults;
  const drift = await schemaDrift(url);
  return [...faults, ...drift.map((what) => ({ kind: "drift", what }) as const)];
};

/** Statements that would turn the database's schema into the entities'; none when they agree. Changes nothing. */
const schemaDrift = async (url: string): Promise<string[]> => {
  const orm = await MikroORM.init({
    clientUrl: url,
    entities: [...entities],
    extensions: [SchemaGenerator],
    logger: () => undefined,
    schemaGenerator: {
      // Keys, the record of migrations, functions and partitions are the migrations' own; see FACTS of MikroORM's comparator.
      ignoreSchema: ["sealed", "archive"],
      skipTables: ["migrations", /^audit_logs/],
      ignoreRoutines: true,
    },
  });
  try {
    const sql = await orm.schema.getUpdateSchemaSQL({ wrap: false });
    return sql
      .split(/;\n/)
      .map((statement) => statement.trim())
      .filter((statement) => statement !== "");
  } finally {
    await orm.close();
  }
};
