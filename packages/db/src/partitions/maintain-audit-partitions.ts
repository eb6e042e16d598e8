import type { Client } from "pg";
import { PartitionsFailedError } from "../migration/errors.ts";
import { withMigratorLock } from "../migration/migrator-lock.ts";
import { retryLocks } from "../migration/retry-locks.ts";
import { makeMonth, type RetryLocks } from "./make-month.ts";
import { type Month, monthOf, monthOfPartition, partitionNameOf, textOf } from "./month.ts";
import { retireMonth } from "./retire-month.ts";

/** Months that are made ahead of the current one. */
export const monthsAheadDefault = 12;

/** The moment to reckon from, which months to make and to keep, and how patiently. */
export interface MaintainOptions {
  readonly now: Date;
  /** Months to make beyond the current one: `monthsAheadDefault` by default. */
  readonly monthsAhead?: number;
  /** Whole months to keep beside the current one, 1 or more; undefined keeps all. */
  readonly keepMonths?: number | undefined;
  /** Drop what is past its retention, archived months included, instead of archiving it. */
  readonly drop?: boolean;
  /** Longest that one statement may take, in milliseconds; 0, the default, is without end. */
  readonly statementTimeoutMs?: number;
  /** Attempts per month at locks that others hold: 12, about half a minute, by default. */
  readonly lockAttempts?: number;
  readonly say?: (line: string) => void;
}

/** What was done; months as `2026-11`, oldest first. */
export interface Maintained {
  readonly made: string[];
  /** Rows that lay in the default partition. */
  readonly moved: number;
  readonly archived: string[];
  readonly dropped: string[];
}

/**
 * Makes the partitions of the audit log for the current month, those ahead, and every month that has rows in the default partition; then
 * takes the months past their retention out. One at a time with every migrator, and safe to repeat. Undefined on a database whose
 * migrations have not come so far. Throws `PartitionsFailedError`, `LockHeldError`.
 */
export const maintainAuditPartitions = (url: string, options: MaintainOptions): Promise<Maintained | undefined> =>
  withMigratorLock(url, options.say, async (client) => {
    const done: Maintained & { moved: number } = { made: [], moved: 0, archived: [], dropped: [] };
    try {
      if (!(await isThere(client))) return undefined;
      await client.query(`set lock_timeout = '1s'; set statement_timeout = ${options.statementTimeoutMs ?? 0}`);
      await makeMonths(client, options, done);
      if (options.keepMonths !== undefined) await retireMonths(client, options, options.keepMonths, done);
      return done;
    } catch (cause) {
      throw new PartitionsFailedError(cause, done);
    }
  });

const isThere = async (client: Client): Promise<boolean> => {
  const { rows } = await client.query<{ there: boolean }>(
    "select to_regclass('app.audit_logs') is not null and to_regnamespace('archive') is not null as there",
  );
  return rows[0]?.there === true;
};

const makeMonths = async (client: Client, options: MaintainOptions, done: Maintained & { moved: number }) => {
  const current = monthOf(options.now);
  const ahead = Array.from({ length: (options.monthsAhead ?? monthsAheadDefault) + 1 }, (_, at) => current + at);
  const stray = new Set(await strayMonths(client));
  const made = new Set(await madeMonths(client));
  const missing = [...new Set([...stray, ...ahead])].filter((month) => !made.has(month)).toSorted((a, b) => a - b);
  for (const month of missing) {
    done.moved += await makeMonth(client, month, {
      hasStray: stray.has(month),
      // The database's clock may be ahead of this one.
      mayBeWritten: month <= current + 1,
      retryLocks: patiently(month, options),
    });
    done.made.push(textOf(month));
  }
};

const retireMonths = async (client: Client, options: MaintainOptions, keepMonths: number, done: Maintained) => {
  const { drop = false } = options;
  const oldest = monthOf(options.now) - keepMonths;
  for (const month of (await madeMonths(client)).filter((each) => each < oldest)) {
    await patiently(month, options)(() => retireMonth(client, month, { drop }));
    (drop ? done.dropped : done.archived).push(textOf(month));
  }
  if (!drop) return;
  for (const month of (await archivedMonths(client)).filter((each) => each < oldest)) {
    await patiently(
      month,
      options,
    )(async () => void (await client.query(`drop table archive.${partitionNameOf(month)}`)));
    done.dropped.push(textOf(month));
  }
};

const patiently =
  (month: Month, { lockAttempts: attempts = 12, say = () => undefined }: MaintainOptions): RetryLocks =>
  (work) =>
    retryLocks(work, {
      attempts,
      onHeld: (nth) =>
        say(`audit log ${textOf(month)}: another session holds a lock it needs; attempt ${nth} of ${attempts}`),
    });

const madeMonths = (client: Client): Promise<Month[]> =>
  monthsOf(
    client,
    `select relname::text as name from pg_inherits join pg_class on oid = inhrelid where inhparent = 'app.audit_logs'::regclass`,
  );

const archivedMonths = (client: Client): Promise<Month[]> =>
  monthsOf(
    client,
    "select relname::text as name from pg_class where relnamespace = 'archive'::regnamespace and relkind = 'r'",
  );

/** Months of which rows lie in the default partition: read once per run, and as good as empty but after a month was missing. */
const strayMonths = (client: Client): Promise<Month[]> =>
  monthsOf(
    client,
    `select distinct 'audit_logs_' || to_char(timestamp at time zone 'UTC', 'YYYY_MM') as name from only app.audit_logs_default
     where timestamp >= '0001-01-01T00:00:00Z' and timestamp < '10000-01-01T00:00:00Z'`,
  );

const monthsOf = async (client: Client, sql: string): Promise<Month[]> => {
  const { rows } = await client.query<{ name: string }>(sql);
  return rows.flatMap(({ name }) => monthOfPartition(name) ?? []).toSorted((a, b) => a - b);
};
