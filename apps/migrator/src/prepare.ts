import { isTransient } from "@severalty/db/database-error";
import { assertMayMigrate, provision } from "@severalty/db/provision";
import { describeDatabaseUrl, describeFailure } from "@severalty/domain/environment";
import pRetry from "p-retry";
import type { MigratorEnv } from "./env.ts";

/** The database did not answer, or refused; the message says what was tried and never shows a password. */
export class UnreachableError extends Error {
  constructor(url: string, cause: unknown) {
    super(`cannot use the database at ${describeDatabaseUrl(url)}: ${describeFailure(cause)}`, { cause });
    this.name = "UnreachableError";
  }
}

/**
 * Waits for the database (with waits of 0.2 to 2 seconds), provisions roles and database if it may and ADMIN_DATABASE_URL is set, and
 * makes sure that the migrator's role bypasses row-level security. Throws `UnreachableError` or `UnfitRoleError`.
 */
export const prepare = async (
  env: MigratorEnv,
  { provisions }: { readonly provisions: boolean },
  say: (line: string) => void,
): Promise<void> => {
  const { ADMIN_DATABASE_URL: adminUrl, DATABASE_URL: url } = env;
  if (provisions && adminUrl !== undefined)
    await waitFor(adminUrl, env, say, () => provision(adminUrl, passwords(env)));
  await waitFor(url, env, say, () => assertMayMigrate(url));
};

/** Runs `work` on the database of a URL as soon as it can be reached. Throws `UnreachableError`. */
export const waitFor = async <Result>(
  url: string,
  env: MigratorEnv,
  say: (line: string) => void,
  work: () => Promise<Result>,
): Promise<Result> => {
  try {
    return await pRetry(work, {
      retries: env.CONNECT_ATTEMPTS - 1,
      minTimeout: 200,
      maxTimeout: 2_000,
      shouldRetry: ({ error }) => isTransient(error),
      onFailedAttempt: ({ error, retriesLeft }) => {
        if (retriesLeft > 0 && isTransient(error))
          say(`waiting for the database at ${describeDatabaseUrl(url)}: ${error.message}`);
      },
    });
  } catch (error) {
    throw error instanceof Error && "code" in error ? new UnreachableError(url, error) : error;
  }
};

/** The URL's password is its own user's: another role's must not open the migrator. */
const passwords = (env: MigratorEnv) => ({
  ...migratorPassword(new URL(env.DATABASE_URL)),
  ...(env.APP_ROLE_PASSWORD === undefined ? {} : { severalty_app: env.APP_ROLE_PASSWORD }),
  ...(env.AUTH_ROLE_PASSWORD === undefined ? {} : { severalty_auth: env.AUTH_ROLE_PASSWORD }),
  ...(env.PLATFORM_ROLE_PASSWORD === undefined ? {} : { severalty_platform: env.PLATFORM_ROLE_PASSWORD }),
});

const migratorPassword = ({ username, password }: URL) =>
  decodeURIComponent(username) === "severalty_migrator" ? { severalty_migrator: decodeURIComponent(password) } : {};
