import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { withConnection } from "../with-connection.ts";
import { LockHeldError, LockLostError } from "./errors.ts";

/** What the server shows of the connection that migrations run on; who has it without the lock is gone. */
export const migratorName = "severalty-migrator";

/** Longest wait for another migrator to finish, in milliseconds. */
const lockWaitMsMax = 10 * 60_000;

/**
 * Polls a session lock on a connection of its own: a session that waits inside `pg_advisory_lock` holds a snapshot, for which
 * CREATE INDEX CONCURRENTLY would wait in turn. The lock goes with the connection, so a killed migrator leaves none; what the server still
 * does for such a one is ended before `work` begins.
 * Throws `LockHeldError`.
 */
export const withMigratorLock = <Result>(
  url: string,
  say: ((line: string) => void) | undefined,
  work: (client: Client) => Promise<Result>,
): Promise<Result> =>
  withConnection(url, "severalty-migrator-lock", async (client) => {
    // It is idle for as long as a migration takes, and whoever gets the lock takes its holder for dead.
    await client.query("set idle_session_timeout = 0");
    const deadline = Date.now() + lockWaitMsMax;
    while (!(await tryLock(client))) {
      if (Date.now() > deadline) throw new LockHeldError(lockWaitMsMax);
      await sleep(100);
    }
    if (await endLeftBehind(client)) say?.("the server still worked for a migrator that is gone: ended");
    return work(client);
  });

/** Throws `LockLostError` when the lock's connection is gone, and with it the lock. */
export const assertStillLocked = async (client: Client, ran: readonly string[]): Promise<void> => {
  try {
    await client.query("select");
  } catch (cause) {
    throw new LockLostError(ran, cause);
  }
};

/** A session that waits for a lock, or builds an index, only notices afterwards that nobody is there any more; an idle one at once. */
const endLeftBehind = async (client: Client): Promise<boolean> => {
  const { rowCount } = await client.query(
    `select pg_terminate_backend(pid, 10000) from pg_stat_activity
     where datname = current_database() and usename = current_user and application_name = '${migratorName}'
       and state is distinct from 'idle'`,
  );
  return rowCount !== 0;
};

const tryLock = async (client: Client): Promise<boolean> => {
  const { rows } = await client.query<{ locked: boolean }>(
    "select pg_try_advisory_lock(hashtext('severalty/migrator')) as locked",
  );
  return rows[0]?.locked === true;
};
