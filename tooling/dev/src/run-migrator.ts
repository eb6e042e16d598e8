import { acceptsPassword } from "@severalty/postgres/superuser-password";
import { withDatabase } from "@severalty/postgres/url";
import { type ConnectionUrls, readConnectionUrls } from "./connection-urls.ts";
import { migratorEnv } from "./program-env.ts";
import { runToEnd } from "./run-to-end.ts";

/** What to run and for whom. */
export interface MigratorOptions {
  /** Absolute folder of the development data. */
  readonly data: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Entry file of the migrator. */
  readonly migrator: string;
  readonly stop: AbortSignal;
  readonly say: (text: string) => void;
}

/**
 * Runs the migrator: with the user's own environment when that has a DATABASE_URL, otherwise on the development
 * database, which has to be up unless help is all that is wanted. Answers the exit code.
 */
export const runMigrator = async (options: MigratorOptions): Promise<number> => {
  const { data, env, stop, say } = options;
  const program = [options.migrator, ...options.args];
  if (env["DATABASE_URL"] || options.args.includes("--help")) return runToEnd(program, { env, stop });
  const urls = readConnectionUrls(data);
  if (urls === undefined || !(await isUp(urls))) {
    say(
      `No development database is running in ${data}. Start it with \`npx -y pnpm@12 dev\` in another terminal, or set ` +
        "DATABASE_URL to migrate another database.",
    );
    return 1;
  }
  return runToEnd(program, { env: migratorEnv(env, urls), stop });
};

/** False as well when the port is another cluster's by now. */
const isUp = (urls: ConnectionUrls) => acceptsPassword(withDatabase(urls.admin, "postgres")).catch(() => false);
