import { type Migration, MigrationRunner } from "@mikro-orm/migrations";
import { MigrationFailedError } from "./errors.ts";
import { collect, type Direction, type ListedMigration } from "./listed-migration.ts";
import { retryLocks } from "./retry-locks.ts";

/** How to run, and what has run. */
export interface RunSettings {
  readonly migrations: readonly ListedMigration[];
  /** Attempts per migration at locks that others hold. */
  readonly lockAttempts: number;
  readonly say: (line: string) => void;
  /** Names of what this run has finished, in order. */
  readonly ran: string[];
}

type AfterRun = Parameters<MigrationRunner["run"]>[2];

/**
 * Runs a migration in a transaction of its own, or statement by statement when it declares that it cannot have one. Tries again while
 * another session holds a lock that it needs. Throws `MigrationFailedError`.
 */
export class StatementRunner extends MigrationRunner {
  readonly #settings: RunSettings;

  constructor(
    driver: ConstructorParameters<typeof MigrationRunner>[0],
    options: ConstructorParameters<typeof MigrationRunner>[1],
    config: ConstructorParameters<typeof MigrationRunner>[2],
    settings: RunSettings,
  ) {
    super(driver, options, config);
    this.#settings = settings;
  }

  override async run(migration: Migration, direction: Direction, afterRun?: AfterRun): Promise<void> {
    const { migrations, lockAttempts, say, ran } = this.#settings;
    const name = migrations.find((listed) => migration instanceof listed.class)?.name ?? "";
    const isTransactional = migration.isTransactional();
    let statements: string[] | undefined;
    let at = 0;
    const attempt = async (): Promise<void> => {
      at = 0;
      const each = async (execute: (sql: string) => Promise<unknown>) => {
        for (const sql of statements ?? []) {
          await execute(sql);
          at += 1;
        }
      };
      if (isTransactional) await this.#inTransaction(each, afterRun);
      else await this.#oneByOne(each, afterRun);
    };
    try {
      statements = await collect(migration, direction);
      await retryLocks(attempt, {
        attempts: lockAttempts,
        onHeld: (nth) =>
          say(`migration ${name}: another session holds a lock it needs; attempt ${nth} of ${lockAttempts}`),
      });
    } catch (cause) {
      throw new MigrationFailedError({ name, direction, statements, at, isTransactional, ran, cause });
    }
  }

  async #inTransaction(each: Each, afterRun: AfterRun): Promise<void> {
    await this.driver.getConnection().transactional(async (tx) => {
      await each((sql) => this.driver.execute(sql, undefined, "all", tx));
      await afterRun?.(tx);
    });
  }

  /** CREATE INDEX CONCURRENTLY waits for older transactions, holds up nobody meanwhile, and a timeout would leave it invalid. */
  async #oneByOne(each: Each, afterRun: AfterRun): Promise<void> {
    await this.driver.execute("set lock_timeout = 0");
    try {
      await each((sql) => this.driver.execute(sql));
    } finally {
      // A lost connection has lost its settings too, and must not hide why it was lost.
      await this.driver.execute("reset lock_timeout").catch(() => undefined);
    }
    await afterRun?.();
  }
}

type Each = (execute: (sql: string) => Promise<unknown>) => Promise<void>;
