import { migrateDown, migrateUp, migrationPlan, migrationStates } from "@severalty/db/migrate";
import { checkDatabase } from "@severalty/db/migration/check";
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

type Say = (line: string) => void;

export const up = async (env: MigratorEnv, { to }: Arguments, say: Say): Promise<void> => {
  const names = await migrateUp(env.DATABASE_URL, { to, statementTimeoutMs: env.STATEMENT_TIMEOUT_MS, say });
  say(names.length === 0 ? "migrations: nothing to do" : `migrations: ran ${names.join(", ")}`);
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
export const status = async (env: MigratorEnv, { json }: Arguments): Promise<number> => {
  const states = await migrationStates(env.DATABASE_URL);
  if (json) console.log(JSON.stringify(states));
  else
    for (const { name, executedAt } of states)
      console.log(`${executedAt?.toISOString() ?? "pending".padEnd(24)}  ${name}`);
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
export const check = async (env: MigratorEnv): Promise<number> => {
  const faults = await checkDatabase(env.DATABASE_URL);
  for (const { kind, what } of faults) console.log(`${kind}  ${what}`);
  if (faults.length === 0) console.log("migrations: current, unedited, and the schema is the entities'");
  return faults.length === 0 ? 0 : 1;
};
