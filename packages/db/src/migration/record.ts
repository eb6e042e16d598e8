import type { Client } from "pg";
import { checksumOf } from "./checksum.ts";
import type { ListedMigration } from "./listed-migration.ts";

/** A row of app.migrations. */
export interface RecordedMigration {
  readonly name: string;
  readonly executedAt: Date;
  /** Null when it was recorded before checksums were. */
  readonly checksum: string | null;
}

/** What the database says that it ran, in that order. Changes nothing; a database without a record has run nothing. */
export const readRecord = async (client: Client): Promise<RecordedMigration[]> => {
  const { rows: found } = await client.query<{ there: boolean }>(
    "select to_regclass('app.migrations') is not null as there",
  );
  if (found[0]?.there !== true) return [];
  // By way of JSON, because a record that no migrator has touched of late lacks the column.
  const { rows } = await client.query<RecordedMigration>(
    `select name, executed_at as "executedAt", to_jsonb(m) ->> 'checksum' as checksum from app.migrations m order by id`,
  );
  return rows;
};

/** How a program's migrations and a database's record compare; names, in order. */
export interface Standing {
  /** Known here and not recorded. */
  readonly pending: string[];
  /** Recorded, and not known here: a newer program was here. */
  readonly unknown: string[];
  /** Recorded with another checksum: changed after it ran. */
  readonly edited: string[];
  /** Recorded without a checksum. */
  readonly unsummed: string[];
}

export const standingOf = async (
  migrations: readonly ListedMigration[],
  record: readonly RecordedMigration[],
): Promise<Standing> => {
  const recorded = new Map(record.map((row) => [row.name, row]));
  const known = new Set(migrations.map(({ name }) => name));
  const standing: Standing = {
    pending: [],
    unknown: record.map(({ name }) => name).filter((name) => !known.has(name)),
    edited: [],
    unsummed: [],
  };
  for (const migration of migrations) {
    const row = recorded.get(migration.name);
    if (row === undefined) standing.pending.push(migration.name);
    else if (row.checksum === null) standing.unsummed.push(migration.name);
    else if (row.checksum !== (await checksumOf(migration))) standing.edited.push(migration.name);
  }
  return standing;
};
