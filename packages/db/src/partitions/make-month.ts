import type { Client } from "pg";
import { inTransaction } from "./in-transaction.ts";
import { type Month, partitionNameOf, startOf } from "./month.ts";

/** Runs `work` again while another session holds a lock that it needs. */
export type RetryLocks = (work: () => Promise<void>) => Promise<void>;

/**
 * Makes the partition of a month and moves into it what lies in the default one for that month. Answers how many rows moved. Each row is
 * in the log at every moment, and a month left half made by a run that was cut off is finished by the next.
 */
export const makeMonth = async (
  client: Client,
  month: Month,
  options: { readonly hasStray: boolean; readonly mayBeWritten: boolean; readonly retryLocks: RetryLocks },
): Promise<number> => {
  await options.retryLocks(() => inTransaction(client, () => createApart(client, month)));
  const moved = await inTransaction(client, async () => {
    let [early, late] = [0, 0];
    if (options.hasStray) {
      await options.retryLocks(() => orAsBefore(client, () => keepTenants(client)));
      await options.retryLocks(() => orAsBefore(client, async () => void (early = await moveRows(client, month))));
    }
    const mayBeWritten = options.hasStray || options.mayBeWritten;
    await options.retryLocks(() =>
      orAsBefore(client, async () => {
        await keepTenants(client);
        if (mayBeWritten) {
          await holdWriters(client);
          late = await moveRows(client, month);
        }
        await attach(client, month);
      }),
    );
    return early + late;
  });
  // What moved leaves its dead rows, and each further attachment reads the default partition under its lock.
  if (moved > 0) await client.query("vacuum (skip_locked) app.audit_logs_default");
  return moved;
};

/** Runs `work` in the transaction that is open; what it throws undoes nothing of what came before. */
const orAsBefore = async (client: Client, work: () => Promise<void>): Promise<void> => {
  await client.query("savepoint before");
  try {
    await work();
  } catch (error) {
    await client.query("rollback to savepoint before").catch(() => undefined);
    throw error;
  }
};

/**
 * A table like the log that is no part of it yet: out of everybody's reach, and known to hold that month alone. It gets its foreign key
 * when it is attached: one that it had already would be merged with the log's, for which ATTACH locks out every reader of app.tenants.
 */
const createApart = async (client: Client, month: Month): Promise<void> => {
  const name = partitionNameOf(month);
  const { rows } = await client.query<{ there: boolean }>("select to_regclass($1) is not null as there", [
    `app.${name}`,
  ]);
  if (rows[0]?.there === true) return;
  await client.query(`
    create table app.${name} (like app.audit_logs including all);
    alter table app.${name} enable row level security;
    alter table app.${name} force row level security;
    alter table app.${name} add constraint ${boundsOf(name)}
      check (timestamp >= '${startOf(month)}' and timestamp < '${startOf(month + 1)}');
    alter table app.${name} owner to severalty_owner`);
};

const boundsOf = (name: string) => `${name}_bounds_check`;

/**
 * No tenant is erased until this transaction ends: its records would stay behind in a table that has no foreign key yet. ATTACH takes
 * the same lock, and taking it first is the order of every writer: the tenant, then the log.
 */
const keepTenants = async (client: Client): Promise<void> => {
  await client.query("lock table only app.tenants in share row exclusive mode");
};

const moveRows = async (client: Client, month: Month): Promise<number> => {
  const { rowCount } = await client.query(`with gone as (
      delete from only app.audit_logs_default where timestamp >= '${startOf(month)}' and timestamp < '${startOf(month + 1)}' returning *
    ) insert into app.${partitionNameOf(month)} select * from gone`);
  return rowCount ?? 0;
};

/**
 * ATTACH itself takes SHARE UPDATE EXCLUSIVE on the log, at which no writer waits; but one who is on his way into the default partition
 * with a row of that very month would then be refused. Such writers wait at the log itself, where they find the new partition afterwards.
 */
const holdWriters = async (client: Client): Promise<void> => {
  await client.query("lock table only app.audit_logs in share row exclusive mode");
};

const attach = async (client: Client, month: Month): Promise<void> => {
  const name = partitionNameOf(month);
  await client.query(`
    alter table only app.audit_logs attach partition app.${name} for values from ('${startOf(month)}') to ('${startOf(month + 1)}');
    alter table app.${name} drop constraint if exists ${boundsOf(name)}`);
};
