import { isTransient } from "@severalty/db/database-error";
import { authEntities, entities, platformEntities } from "@severalty/db/entities";
import { removalAnswerWithinMs } from "@severalty/db/platform/platform-tenants";
import { createOrm, warmPool, type Orm } from "@severalty/db/orm";
import { describeDatabaseUrl, describeFailure } from "@severalty/domain/environment";
import pRetry from "p-retry";
import type { Logger } from "pino";
import type { ServerEnv } from "./env.ts";

/** One pool per role; a process holds at most three times POOL_MAX connections, and at least six. */
export interface Databases {
  readonly app: Orm;
  readonly auth: Orm;
  readonly platform: Orm;
}

/** The database did not answer, or refused; the message says what was tried and never shows a password. */
export class ConnectError extends Error {
  constructor(variable: string, url: string, attempts: number, cause: unknown) {
    super(
      `cannot use ${variable} (${describeDatabaseUrl(url)}) after ${attempts} attempts: ${describeFailure(cause)}`,
      { cause },
    );
    this.name = "ConnectError";
  }
}

/** Opens the minimum of every pool, with waits of 0.25 to 5 seconds between attempts. Throws `ConnectError`. */
export const connect = async (env: ServerEnv, log: Logger): Promise<Databases> => {
  const [app, auth, platform] = await Promise.all([
    openPool("DATABASE_URL", entities, env, log),
    openPool("AUTH_DATABASE_URL", authEntities, env, log),
    openPool("PLATFORM_DATABASE_URL", platformEntities, env, log, removalAnswerWithinMs),
  ]);
  return { app, auth, platform };
};

/** Closes every pool once what runs on it has ended. */
export const closeAll = async ({ app, auth, platform }: Databases): Promise<void> => {
  await Promise.all([app.close(), auth.close(), platform.close()]);
};

const openPool = async (
  variable: "DATABASE_URL" | "AUTH_DATABASE_URL" | "PLATFORM_DATABASE_URL",
  known: typeof entities,
  env: ServerEnv,
  log: Logger,
  answerWithinMs?: number,
): Promise<Orm> => {
  const url = env[variable];
  const orm = await createOrm({
    url,
    entities: known,
    applicationName: "severalty-server",
    poolMax: env.POOL_MAX,
    preparesStatements: env.PREPARED_STATEMENTS,
    ...(answerWithinMs === undefined ? {} : { answerWithinMs }),
    warn: (message) => log.warn({ database: variable }, message),
  });
  let attempts = 0;
  try {
    await pRetry(
      (attempt) => {
        attempts = attempt;
        return warmPool(orm);
      },
      {
        retries: env.CONNECT_ATTEMPTS - 1,
        minTimeout: 250,
        maxTimeout: 5_000,
        // A wrong password or a missing database does not mend itself.
        shouldRetry: ({ error }) => isTransient(error),
        onFailedAttempt: ({ error, retriesLeft }) =>
          log.warn(
            { database: variable, at: describeDatabaseUrl(url), retriesLeft },
            // oxlint-disable-next-line leaks/logs-name-fields -- why a connection failed quotes no row of any table
            `no connection: ${error.message}`,
          ),
      },
    );
    return orm;
  } catch (error) {
    await orm.close();
    throw new ConnectError(variable, url, attempts, error);
  }
};
