import type { Client } from "pg";
import type { ChecksumStorage } from "./migration/checksum-storage.ts";
import {
  EditedMigrationError,
  NewerDatabaseError,
  RecordFailedError,
  UnknownMigrationError,
} from "./migration/errors.ts";
import { isTransactional, type ListedMigration, statementsOf } from "./migration/listed-migration.ts";
import { assertStillLocked, withMigratorLock } from "./migration/migrator-lock.ts";
import { readRecord, type Standing, standingOf } from "./migration/record.ts";
import { retryLocks } from "./migration/retry-locks.ts";
import type { RunSettings } from "./migration/statement-runner.ts";
import { withMigrator } from "./migration/with-migrator.ts";
import { migrations as registry } from "./migrations.ts";
import { asAdmin } from "./provision.ts";
import { shippedTemplates } from "./templates/shipped-templates.ts";
import { storeTemplates } from "./templates/store-templates.ts";

/** Which migrations to run, how far, and how patiently. */
export interface MigrateOptions {
  /** The program's own by default. */
  readonly migrations?: readonly ListedMigration[];
  /** `up`: the last to run. `down`: the newest to stay. */
  readonly to?: string | undefined;
  /** Longest that one statement may take, in milliseconds; 0, the default, is without end. */
  readonly statementTimeoutMs?: number;
  /** Attempts per migration at locks that others hold: 12, about half a minute, by default. */
  readonly lockAttempts?: number;
  readonly say?: (line: string) => void;
}

/** A migration that this program knows, and when the database ran it. */
export interface MigrationState {
  readonly name: string;
  /** Null while it is pending. */
  readonly executedAt: Date | null;
}

/** A pending migration and what it would do. */
export interface PlannedMigration {
  readonly name: string;
  readonly isTransactional: boolean;
  readonly statements: readonly string[];
}

/** The name of the newest migration that this program knows. */
export const newestMigration = (): string => registry.at(-1)?.name ?? "";

/**
 * Runs what is pending, one migrator at a time, each migration in a transaction of its own; then, with nothing left pending, stores the
 * templates that this program brings in a higher version. Returns the names of the migrations that it ran. Throws
 * `UnknownMigrationError`, `NewerDatabaseError`, `EditedMigrationError`, `LockHeldError`, `LockLostError`,
 * `RecordFailedError`, `MigrationFailedError`.
 */
export const migrateUp = async (url: string, options: MigrateOptions = {}): Promise<string[]> => {
  const { migrations = registry, to } = options;
  assertKnown(to, migrations);
  return withMigratorLock(url, options.say, async (client) => {
    const standing = await standingOf(migrations, await readRecord(client));
    assertNotNewer(standing, migrations);
    if (standing.edited.length > 0) throw new EditedMigrationError(standing.edited);
    const names = upTo(standing.pending, to, migrations);
    const ran = await run(url, options, "up", { ...standing, names, lock: client });
    if (migrations === registry && names.length === standing.pending.length) await bringTemplates(client, options);
    return ran;
  });
};

/** Takes the newest `steps` migrations back (1 by default), or all that are newer than `to`; newest first. Returns their names. */
export const migrateDown = async (
  url: string,
  options: MigrateOptions & { readonly steps?: number | undefined } = {},
): Promise<string[]> => {
  const { migrations = registry, to, steps = 1 } = options;
  assertKnown(to, migrations);
  return withMigratorLock(url, options.say, async (client) => {
    const standing = await standingOf(migrations, await readRecord(client));
    assertNotNewer(standing, migrations);
    const newestFirst = migrations
      .map(({ name }) => name)
      .filter((name) => !standing.pending.includes(name))
      .toReversed();
    const names =
      to === undefined ? newestFirst.slice(0, steps) : newestFirst.filter((name) => isNewer(name, to, migrations));
    return run(url, options, "down", { ...standing, names, lock: client });
  });
};

/** Every migration that this program knows, in order, and when it ran. Changes nothing. */
export const migrationStates = async (url: string): Promise<MigrationState[]> => {
  const record = await asAdmin(url, readRecord);
  const executed = new Map(record.map(({ name, executedAt }) => [name, executedAt]));
  return registry.map(({ name }) => ({ name, executedAt: executed.get(name) ?? null }));
};

/** The SQL of what `migrateUp` would run, in order. Changes nothing. Throws as `migrateUp` does before it runs anything. */
export const migrationPlan = async (url: string, options: MigrateOptions = {}): Promise<PlannedMigration[]> => {
  const { migrations = registry, to } = options;
  assertKnown(to, migrations);
  const standing = await standingOf(migrations, await asAdmin(url, readRecord));
  assertNotNewer(standing, migrations);
  const names = new Set(upTo(standing.pending, to, migrations));
  return Promise.all(
    migrations
      .filter(({ name }) => names.has(name))
      .map(async (listed) => ({
        name: listed.name,
        isTransactional: isTransactional(listed),
        statements: await statementsOf(listed, "up"),
      })),
  );
};

const bringTemplates = async (client: Client, { say }: MigrateOptions): Promise<void> => {
  const stored = await storeTemplates(client, shippedTemplates);
  if (stored.length > 0) say?.(`templates: stored ${stored.join(", ")}`);
};

const run = (
  url: string,
  options: MigrateOptions,
  direction: "up" | "down",
  { names, unsummed, lock }: { names: readonly string[]; unsummed: readonly string[]; lock: Client },
): Promise<string[]> => {
  const ran: string[] = [];
  const settings = {
    migrations: options.migrations ?? registry,
    statementTimeoutMs: options.statementTimeoutMs ?? 0,
    lockAttempts: options.lockAttempts ?? 12,
    say: options.say ?? (() => undefined),
    ran,
  };
  return withMigrator(url, settings, async (migrator, storage) => {
    await prepareRecord(storage, unsummed, settings);
    for (const name of names) {
      await assertStillLocked(lock, ran);
      await migrator[direction]({ migrations: [name] });
      ran.push(name);
    }
    return ran;
  });
};

/** Throws `RecordFailedError`. */
const prepareRecord = async (storage: ChecksumStorage, unsummed: readonly string[], settings: RunSettings) => {
  const { lockAttempts: attempts, say } = settings;
  const work = async () => {
    await storage.ensureTable();
    await storage.backfill(unsummed);
  };
  const onHeld = (nth: number) =>
    say(`the record: another session holds a lock it needs; attempt ${nth} of ${attempts}`);
  try {
    await retryLocks(work, { attempts, onHeld });
  } catch (cause) {
    throw new RecordFailedError(cause);
  }
};

const upTo = (pending: readonly string[], to: string | undefined, migrations: readonly ListedMigration[]) =>
  to === undefined ? pending : pending.filter((name) => !isNewer(name, to, migrations));

const isNewer = (name: string, than: string, migrations: readonly ListedMigration[]): boolean => {
  const names = migrations.map((listed) => listed.name);
  return names.indexOf(name) > names.indexOf(than);
};

const assertKnown = (name: string | undefined, migrations: readonly ListedMigration[]): void => {
  const known = migrations.map((listed) => listed.name);
  if (name !== undefined && !known.includes(name)) throw new UnknownMigrationError(name, known);
};

const assertNotNewer = ({ unknown }: Standing, migrations: readonly ListedMigration[]): void => {
  if (unknown.length > 0) throw new NewerDatabaseError(unknown, migrations.at(-1)?.name ?? "none");
};
