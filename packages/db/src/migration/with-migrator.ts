import { Migrator } from "@mikro-orm/migrations";
import { MikroORM } from "@mikro-orm/postgresql";
import { TenantClient } from "../driver/tenant-client.ts";
import { checksumOf } from "./checksum.ts";
import { ChecksumStorage } from "./checksum-storage.ts";
import { migratorName } from "./migrator-lock.ts";
import { type RunSettings, StatementRunner } from "./statement-runner.ts";

/** Longest wait for a lock, in milliseconds: everything that queues behind a waiting DDL statement waits as long. */
const lockTimeoutMs = 1_000;

/** How the migrator runs statements, and how long one may take. */
export interface MigratorSettings extends RunSettings {
  /** Longest that one statement may take, in milliseconds; 0 is without end. */
  readonly statementTimeoutMs: number;
}

/** MikroORM's migrator over one connection, each migration in a transaction of its own, with checksums in its record. */
export const withMigrator = async <Result>(
  url: string,
  settings: MigratorSettings,
  work: (migrator: Migrator, storage: ChecksumStorage) => Promise<Result>,
): Promise<Result> => {
  const orm = await MikroORM.init({
    clientUrl: url,
    // A migration is SQL text: nothing here reads an entity, and finding them all takes longer than most runs.
    entities: [],
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    pool: { min: 0, max: 1 },
    // Kysely keeps a lost connection for ever, and closing would then wait for it for ever.
    driverOptions: {
      Client: TenantClient,
      application_name: migratorName,
      lock_timeout: lockTimeoutMs,
      // As text: pg leaves a number 0 out, and what the database or the server sets would hold.
      statement_timeout: String(settings.statementTimeoutMs),
      idle_in_transaction_session_timeout: "0",
    },
    logger: () => undefined,
    migrations: {
      migrationsList: [...settings.migrations],
      tableName: "app.migrations",
      allOrNothing: false,
      snapshot: false,
      snapshotOnMigrate: false,
      silent: true,
    },
  });
  try {
    const checksums = new Map<string, string>();
    for (const listed of settings.migrations) checksums.set(listed.name, await checksumOf(listed));
    const storage = new ChecksumStorage(orm.em.getDriver(), orm.config.get("migrations"), checksums);
    const own = class extends Migrator {
      protected override createRunner() {
        return new StatementRunner(this.driver, this.options, this.config, settings);
      }
      protected override createStorage() {
        return storage;
      }
    };
    return await work(new own(orm.em), storage);
  } finally {
    await orm.close();
  }
};
