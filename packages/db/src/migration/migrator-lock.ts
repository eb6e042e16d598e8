import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { withConnection } from "../with-connection.ts";
import { LockHeldError, LockLostError } from "./errors.ts";

/** Longest wait for another migrator to finish, in milliseconds. */
const lockWaitMsMax = 10 * 60_000;

/**
 * Polls a session lock on a connection of its own: a session that waits inside `pg_advisory_lock` holds a snapshot, for which
 * CREATE INDEX CONCURRENTLY would wait in turn. The lock goes with the connection, so a killed migrator leaves none.
 * Throws `LockHeldError`.
 */
export const withMigratorLock = <Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> =>
  withConnection(url, "severalty-migrator-lock", async (client) => {
    const deadline = Date.now() + lockWaitMsMax;
    while (!(await tryLock(client))) {
      if (Date.now() > deadline) throw new LockHeldError(lockWaitMsMax);
      await sleep(100);
    }
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

const tryLock = async (client: Client): Promise<boolean> => {
  const { rows } = await client.query<{ locked: boolean }>(
    "select pg_try_advisory_lock(hashtext('severalty/migrator')) as locked",
  );
  return rows[0]?.locked === true;
};
