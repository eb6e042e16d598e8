import { setTimeout as sleep } from "node:timers/promises";
import { Migrator } from "@mikro-orm/migrations";
import { MikroORM } from "@mikro-orm/postgresql";
import { Client } from "pg";
import { TenantClient } from "./driver/tenant-client.ts";
import { entities } from "./entities.ts";
import { migrations } from "./migrations.ts";

export interface MigrationState {
  readonly name: string;
  /** Null while it is pending. */
  readonly executedAt: Date | null;
}

/** Longest wait for another migrator to finish, in milliseconds. */
export const lockWaitMsMax = 10 * 60_000;

/** The name of the newest migration that this program knows. */
export const newestMigration = (): string => migrations.at(-1)?.name ?? "";

/** Runs what is pending, one migrator at a time, all or nothing. Returns the names that it ran. */
export const migrateUp = (url: string): Promise<string[]> =>
  withLock(url, () => withMigrator(url, async (migrator) => (await migrator.up()).map(({ name }) => name)));

/** Takes the newest `steps` migrations back, newest first. Returns their names. */
export const migrateDown = (url: string, steps: number): Promise<string[]> =>
  withLock(url, () =>
    withMigrator(url, async (migrator) => {
      const names: string[] = [];
      for (let step = 0; step < steps; step++) names.push(...(await migrator.down()).map(({ name }) => name));
      return names;
    }),
  );

/** Every migration that this program knows, in order, and when it ran. Changes nothing. */
export const migrationStates = async (url: string): Promise<MigrationState[]> => {
  const executed = await executedMigrations(url);
  return migrations.map(({ name }) => ({ name, executedAt: executed.get(name) ?? null }));
};

const executedMigrations = async (url: string): Promise<Map<string, Date>> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: found } = await client.query<{ there: boolean }>(
      "select to_regclass('app.migrations') is not null as there",
    );
    if (found[0]?.there !== true) return new Map();
    const { rows } = await client.query<{ name: string; executed_at: Date }>(
      "select name, executed_at from app.migrations",
    );
    return new Map(rows.map((row) => [row.name, row.executed_at]));
  } finally {
    await client.end();
  }
};

const withMigrator = async <Result>(url: string, work: (migrator: Migrator) => Promise<Result>): Promise<Result> => {
  const orm = await MikroORM.init({
    clientUrl: url,
    entities: [...entities],
    extensions: [Migrator],
    pool: { min: 0, max: 2 },
    // Kysely keeps a lost connection for ever, and closing would then wait for it for ever.
    driverOptions: { Client: TenantClient, application_name: "severalty-migrator" },
    logger: () => undefined,
    migrations: {
      migrationsList: migrations,
      tableName: "app.migrations",
      snapshot: false,
      snapshotOnMigrate: false,
      silent: true,
      // Each migration in a transaction of its own, so that one may be declared to need none.
      allOrNothing: false,
    },
  });
  try {
    return await work(new Migrator(orm.em));
  } finally {
    await orm.close();
  }
};

/**
 * Polls a session lock on a connection of its own: a session that waits inside `pg_advisory_lock` holds a snapshot, for which
 * CREATE INDEX CONCURRENTLY would wait in turn. The lock goes with the connection, so a killed migrator leaves none.
 */
const withLock = async <Result>(url: string, work: () => Promise<Result>): Promise<Result> => {
  const client = new Client({ connectionString: url, application_name: "severalty-migrator-lock" });
  await client.connect();
  try {
    const deadline = Date.now() + lockWaitMsMax;
    while (!(await tryLock(client))) {
      if (Date.now() > deadline)
        throw new Error(`another migrator has held the lock for ${lockWaitMsMax / 60_000} minutes`);
      await sleep(100);
    }
    return await work();
  } finally {
    await client.end();
  }
};

const tryLock = async (client: Client): Promise<boolean> => {
  const { rows } = await client.query<{ locked: boolean }>(
    "select pg_try_advisory_lock(hashtext('severalty/migrator')) as locked",
  );
  return rows[0]?.locked === true;
};
