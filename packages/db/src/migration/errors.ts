import type { Direction } from "./listed-migration.ts";
import { messageOf, sqlstateOf } from "./server-message.ts";

/** The database has run migrations that this program does not know. Nothing was changed. */
export class NewerDatabaseError extends Error {
  constructor(unknown: readonly string[], newest: string) {
    super(`the database is newer than this program
  what happened: its record names ${unknown.join(", ")}, and the newest that this program knows is ${newest}
  the database: unchanged
  what to do: run a program that knows them; to go back, take them down with that newer program first`);
    this.name = "NewerDatabaseError";
  }
}

/** A migration makes other SQL than when it ran. Nothing was changed. */
export class EditedMigrationError extends Error {
  constructor(edited: readonly string[]) {
    super(`migrations that have run were edited: ${edited.join(", ")}
  what happened: the SQL they make has another checksum than the one recorded when they ran
  the database: unchanged, and as the old text made it
  what to do: restore the old text and write the change as a new migration; on a database of your own, take them down and up again`);
    this.name = "EditedMigrationError";
  }
}

/** No migration has that name. Nothing was changed. */
export class UnknownMigrationError extends Error {
  constructor(name: string, known: readonly string[]) {
    super(`no migration is named ${name}; there are ${known.join(", ")}`);
    this.name = "UnknownMigrationError";
  }
}

/** Another migrator did not finish. Nothing was changed. */
export class LockHeldError extends Error {
  constructor(waitedMs: number) {
    super(`another migrator has held the lock for ${waitedMs / 60_000} minutes
  the database: unchanged by this one
  what to do: wait for it, or find it in pg_stat_activity as severalty-migrator-lock and end it, then run this again`);
    this.name = "LockHeldError";
  }
}

/** The connection that held the lock went away between two migrations. */
export class LockLostError extends Error {
  constructor(ran: readonly string[], cause: unknown) {
    const before =
      ran.length === 0 ? "unchanged by this run" : `this run finished ${ran.join(", ")}, and nothing is half done`;
    super(
      `the lock that keeps other migrators out was lost
  what happened: its connection ended: ${messageOf(cause)}
  the database: ${before}
  what to do: run this again`,
      { cause },
    );
    this.name = "LockLostError";
  }
}

/** The record of migrations could not be made ready. No migration was started. */
export class RecordFailedError extends Error {
  /** SQLSTATE of the server's error, or undefined when it was none. */
  readonly sqlstate: string | undefined;

  constructor(cause: unknown) {
    super(
      `the record of migrations, app.migrations, could not be made ready
  what happened: ${messageOf(cause)}
  the database: no migration was started
  what to do: ${sqlstateOf(cause) === "55P03" ? findHolder : "mend the cause"}, then run this again`,
      { cause },
    );
    this.name = "RecordFailedError";
    this.sqlstate = sqlstateOf(cause);
  }
}

/** The audit log's partitions are not all as they should be; a run of its own finishes them. */
export class PartitionsFailedError extends Error {
  /** SQLSTATE of the server's error, or undefined when it was none. */
  readonly sqlstate: string | undefined;

  constructor(cause: unknown, done: { readonly made: readonly string[] }) {
    const before =
      done.made.length === 0 ? "this run made no month before it" : `this run made ${done.made.join(", ")} before it`;
    super(
      `the partitions of the audit log could not be made ready
  what happened: ${messageOf(cause)}
  the database: every record is in its log, and writing goes on; ${before}
  what to do: ${sqlstateOf(cause) === "55P03" ? findHolder : "mend the cause"}, then run "partitions", which goes on from there`,
      { cause },
    );
    this.name = "PartitionsFailedError";
    this.sqlstate = sqlstateOf(cause);
  }
}

const findHolder = "find who holds the lock (pg_stat_activity, pg_blocking_pids), let it end";

/** Where a migration stopped. */
export interface Failure {
  readonly name: string;
  readonly direction: Direction;
  /** Undefined when the migration could not even say what it would do. */
  readonly statements: readonly string[] | undefined;
  /** Index of the statement that failed; their number when all had run and the record or COMMIT failed. */
  readonly at: number;
  readonly isTransactional: boolean;
  /** What this run did before, in order. */
  readonly ran: readonly string[];
  readonly cause: unknown;
}

/** A migration stopped; its message says where, why, what state the database is in, and what to do. Shows no literal of the SQL. */
export class MigrationFailedError extends Error {
  /** SQLSTATE of the server's error, or undefined when it was none. */
  readonly sqlstate: string | undefined;

  constructor(failure: Failure) {
    const { name, direction, statements, at, cause } = failure;
    const statement = statements?.[at];
    const lines = [
      `migration ${name} failed ${placeOf(failure)}${direction === "down" ? ", while it was taken back" : ""}`,
      ...(statement === undefined ? [] : [`  statement: ${firstLine(statement)}`]),
      `  what happened: ${messageOf(cause)}`,
      `  the database: ${stateAfter(failure)}`,
      `  what to do: ${adviceFor(failure)}`,
    ];
    super(lines.join("\n"), { cause });
    this.name = "MigrationFailedError";
    this.sqlstate = sqlstateOf(cause);
  }
}

const firstLine = (sql: string): string => (sql.trim().split("\n", 1)[0] ?? "").replace(/'(?:[^']|'')*('|$)/g, "'…'");

const placeOf = ({ statements, at }: Failure): string => {
  if (statements === undefined) return "before its first statement";
  return at < statements.length ? `at statement ${at + 1} of ${statements.length}` : "when it was recorded";
};

const stateAfter = ({ at, statements, isTransactional, ran, cause }: Failure): string => {
  const before =
    ran.length === 0 ? "this run changed nothing before it" : `this run finished ${ran.join(", ")} before it`;
  if (statements === undefined) return `as before this migration; ${before}`;
  if (!isTransactional)
    return `${at} of its ${statements.length} statements are in effect, because it has no transaction of its own, and the record is as before; ${before}`;
  if (at === statements.length && sqlstateOf(cause) === undefined)
    return `either as before this migration or as after it, because the answer to COMMIT was lost: status tells; ${before}`;
  return `as before this migration, which was rolled back; ${before}`;
};

const adviceFor = ({ name, direction, cause }: Failure): string => {
  const again = `run ${direction} again, which goes on with ${name}`;
  const code = sqlstateOf(cause);
  if (code === "55P03") return `${findHolder}, then ${again}`;
  if (code === "57014") return `give it more time (STATEMENT_TIMEOUT_MS) or less to do, then ${again}`;
  return `mend the cause, then ${again}`;
};
