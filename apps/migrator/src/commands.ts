import { migrateDown, migrateUp, migrationPlan, migrationStates } from "@severalty/db/migrate";
import { examine } from "@severalty/db/doctor/examine";
import { auditMonths } from "@severalty/db/doctor/rules/audit-months";
import { auditStrays } from "@severalty/db/doctor/rules/audit-strays";
import { checkDatabase } from "@severalty/db/migration/check";
import { type Maintained, maintainAuditPartitions } from "@severalty/db/partitions/maintain-audit-partitions";
import { asAdmin } from "@severalty/db/provision";
import type { Arguments } from "./arguments.ts";
import type { MigratorEnv } from "./env.ts";

/** Tables were to be dropped where real data lives. Nothing was changed. */
export class DownInProductionError extends Error {
  constructor() {
    super(
      `down is refused with ENVIRONMENT=production: it drops tables with what is in them
  the database: unchanged
  what to do: mend forward with a new migration; or take a backup and repeat the command with --force-production`,
    );
    this.name = "DownInProductionError";
  }
}

/** Records were to be dropped without a word of how old they must be. Nothing was changed. */
export class DropOfEverythingError extends Error {
  constructor() {
    super("--drop needs a retention: give --keep-months, or set AUDIT_RETENTION_MONTHS; nothing was changed");
    this.name = "DropOfEverythingError";
  }
}

/** The audit log's migrations have not run. Nothing was changed. */
export class NoAuditLogError extends Error {
  constructor() {
    super(
      "the database has no audit log and archive yet: run up, which also makes the partitions; nothing was changed",
    );
    this.name = "NoAuditLogError";
  }
}

type Say = (line: string) => void;

export const up = async (env: MigratorEnv, { to }: Arguments, say: Say, now: Date): Promise<void> => {
  const names = await migrateUp(env.DATABASE_URL, { to, statementTimeoutMs: env.STATEMENT_TIMEOUT_MS, say });
  say(names.length === 0 ? "migrations: nothing to do" : `migrations: ran ${names.join(", ")}`);
  const done = await maintainAuditPartitions(env.DATABASE_URL, {
    now,
    statementTimeoutMs: env.STATEMENT_TIMEOUT_MS,
    say,
  });
  if (done !== undefined) sayMaintained(done, say);
};

/** Throws `NoAuditLogError`. */
export const partitions = async (env: MigratorEnv, given: Arguments, say: Say, now: Date): Promise<void> => {
  const done = await maintainAuditPartitions(env.DATABASE_URL, {
    now,
    keepMonths: given.keepMonths ?? env.AUDIT_RETENTION_MONTHS,
    drop: given.drop,
    statementTimeoutMs: env.STATEMENT_TIMEOUT_MS,
    say,
  });
  if (done === undefined) throw new NoAuditLogError();
  if (!sayMaintained(done, say)) say("audit log: nothing to do");
};

/** Throws `DropOfEverythingError`. */
export const assertMayDrop = (env: MigratorEnv, { drop, keepMonths }: Arguments): void => {
  if (drop && keepMonths === undefined && env.AUDIT_RETENTION_MONTHS === undefined) throw new DropOfEverythingError();
};

/** Answers whether there was anything to say. */
const sayMaintained = ({ made, moved, archived, dropped }: Maintained, say: Say): boolean => {
  const lines = [
    ...(made.length > 0 ? [`made ${made.join(", ")}`] : []),
    ...(moved > 0 ? [`moved ${moved} rows out of the default partition`] : []),
    ...(archived.length > 0 ? [`archived ${archived.join(", ")}`] : []),
    ...(dropped.length > 0 ? [`dropped ${dropped.join(", ")}`] : []),
  ];
  for (const line of lines) say(`audit log: ${line}`);
  return lines.length > 0;
};

/** Throws `DownInProductionError`. */
export const assertMayGoDown = (env: MigratorEnv, { forceProduction }: Arguments): void => {
  if (env.ENVIRONMENT === "production" && !forceProduction) throw new DownInProductionError();
};

export const down = async (env: MigratorEnv, { to, steps }: Arguments, say: Say): Promise<void> => {
  const names = await migrateDown(env.DATABASE_URL, { to, steps, statementTimeoutMs: env.STATEMENT_TIMEOUT_MS, say });
  say(names.length === 0 ? "migrations: nothing to take back" : `migrations: took back ${names.join(", ")}`);
};

/** Its result is data for others to read, whatever the format of the log. Answers the exit code. */
export const status = async (env: MigratorEnv, { json }: Arguments, now: Date): Promise<number> => {
  const states = await migrationStates(env.DATABASE_URL);
  if (json) console.log(JSON.stringify(states));
  else {
    for (const { name, executedAt } of states)
      console.log(`${executedAt?.toISOString() ?? "pending".padEnd(24)}  ${name}`);
    for (const fault of await horizonFaults(env, now)) console.log(`${"partitions".padEnd(24)}  ${fault}`);
  }
  return states.every(({ executedAt }) => executedAt !== null) ? 0 : 1;
};

/** Prints SQL, comments included, that psql would read. */
export const plan = async (env: MigratorEnv, { to }: Arguments): Promise<void> => {
  const planned = await migrationPlan(env.DATABASE_URL, { to });
  if (planned.length === 0) console.log("-- nothing to do");
  for (const { name, isTransactional, statements } of planned) {
    console.log(`-- ${name}${isTransactional ? "" : ", without a transaction"}`);
    if (isTransactional) console.log("begin;");
    for (const sql of statements) console.log(`${sql};`);
    if (isTransactional) console.log("commit;");
    console.log();
  }
};

/** Prints every fault, one a line. Answers the exit code. */
export const check = async (env: MigratorEnv, now: Date): Promise<number> => {
  const faults = await checkDatabase(env.DATABASE_URL);
  const lines = [
    ...faults.map(({ kind, what }) => `${kind}  ${what}`),
    ...(await horizonFaults(env, now)).map((fault) => `partitions  ${fault}`),
  ];
  for (const line of lines) console.log(line);
  if (lines.length === 0)
    console.log(
      "migrations: current, unedited, and the schema is the entities'; the audit log's partitions are made ahead",
    );
  return lines.length === 0 ? 0 : 1;
};

/** What is wrong with the months of the audit log, and how to mend it; nothing on a database without one. */
const horizonFaults = (env: MigratorEnv, now: Date): Promise<string[]> =>
  asAdmin(env.DATABASE_URL, async (client) => {
    const given = { now, role: "severalty_migrator", migrations: [] };
    const { findings } = await examine(client, [auditMonths, auditStrays], given);
    return findings.map(({ object, detail, fix }) => `${object} ${detail}; ${fix.replace("-- ", "")}`);
  });
