import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startCluster } from "@severalty/postgres/cluster";
import { withCredentials, withDatabase } from "@severalty/postgres/url";

const repository = resolve(import.meta.dirname, "../../..");
const rolePassword = "bench";

/** A PostgreSQL with its disk's guarantees on, and the programs' bundles. */
export interface Bench extends AsyncDisposable {
  readonly isQuick: boolean;
  readonly say: (line: string) => void;
  /** Entry files of the bundles, absolute. */
  readonly programs: { readonly migrator: string; readonly server: string };
  /** Settings of a program on a database of that name. */
  env(database: string): Readonly<Record<string, string>>;
}

/** Builds the bundles and starts PostgreSQL on a folder that is removed in the end. */
export const openBench = async (options: { isQuick: boolean; say: (line: string) => void }): Promise<Bench> => {
  options.say("building the bundles …");
  const turbo = join(repository, "node_modules/.bin/turbo");
  const args = [
    "run",
    "build",
    "--filter=@severalty/migrator",
    "--filter=@severalty/server",
    "--output-logs=errors-only",
  ];
  const { status } = spawnSync(turbo, args, { cwd: repository, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error(`the build failed with exit code ${status}`);
  const folder = mkdtempSync(join(tmpdir(), "severalty-bench-"));
  const cluster = await startCluster({ dataDir: join(folder, "postgres") });
  return {
    ...options,
    programs: {
      migrator: join(repository, "apps/migrator/dist/main.mjs"),
      server: join(repository, "apps/server/dist/main.mjs"),
    },
    env: (database) => {
      const url = withDatabase(cluster.url, database);
      return {
        ENVIRONMENT: "test",
        ADMIN_DATABASE_URL: url,
        DATABASE_URL: withCredentials(url, "severalty_migrator", rolePassword),
        APP_ROLE_PASSWORD: rolePassword,
        AUTH_ROLE_PASSWORD: rolePassword,
        PLATFORM_ROLE_PASSWORD: rolePassword,
        LOG_FORMAT: "json",
      };
    },
    [Symbol.asyncDispose]: async () => {
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** The server's settings on a database that the migrator has prepared. */
export const serverEnv = (env: Readonly<Record<string, string>>): Record<string, string> => {
  const urlOf = (role: string) => withCredentials(env["DATABASE_URL"] ?? "", role, rolePassword);
  return {
    ENVIRONMENT: "test",
    DATABASE_URL: urlOf("severalty_app"),
    AUTH_DATABASE_URL: urlOf("severalty_auth"),
    PLATFORM_DATABASE_URL: urlOf("severalty_platform"),
    AUTH_SECRET: "a secret of the bench, 32 characters at least",
    SECRETS_KEY: randomBytes(32).toString("base64"),
    HOST: "127.0.0.1",
    PORT: "0",
  };
};
