import { MigrationStorage } from "@mikro-orm/migrations";

/** The record of migrations, with a checksum beside each name, written in the migration's own transaction. */
export class ChecksumStorage extends MigrationStorage {
  readonly #checksums: ReadonlyMap<string, string>;
  #hasColumn = false;

  constructor(
    driver: ConstructorParameters<typeof MigrationStorage>[0],
    options: ConstructorParameters<typeof MigrationStorage>[1],
    checksums: ReadonlyMap<string, string>,
  ) {
    super(driver, options);
    this.#checksums = checksums;
  }

  override async ensureTable(): Promise<void> {
    await super.ensureTable();
    if (this.#hasColumn) return;
    const found = await this.driver.execute<unknown[]>(
      "select from pg_attribute where attrelid = 'app.migrations'::regclass and attname = 'checksum'",
    );
    // Asked first, because ALTER TABLE takes its lock even when it finds nothing to do.
    if (found.length === 0) await this.driver.execute("alter table app.migrations add column checksum text");
    // Or the first REASSIGN OWNED fails when it comes to a function in the schema before it has come to the schema.
    const foreign = await this.driver.execute<unknown[]>(
      "select from pg_namespace where nspname = 'app' and nspowner <> 'severalty_owner'::regrole",
    );
    if (foreign.length > 0) await this.driver.execute("alter schema app owner to severalty_owner");
    this.#hasColumn = true;
  }

  override async logMigration(
    { name }: { name: string },
    tx?: Parameters<MigrationStorage["logMigration"]>[1],
  ): Promise<void> {
    await this.driver.execute(
      "insert into app.migrations (name, checksum) values (?, ?)",
      [name, this.#checksums.get(name)],
      "run",
      tx,
    );
  }

  /** Gives a checksum to what was recorded without one. */
  async backfill(names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.driver.execute("update app.migrations set checksum = ? where name = ? and checksum is null", [
        this.#checksums.get(name),
        name,
      ]);
    }
  }
}
