import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startCluster } from "@severalty/postgres/cluster";
import { withCredentials, withDatabase } from "@severalty/postgres/url";

const repository = resolve(import.meta.dirname, "../../..");
/** The password of every role of the bench. */
export const rolePassword = "bench";

/** What the server signs access tokens with; only a bench's data is behind it. */
export const authSecret = "a secret of the bench, 32 characters at least";

/** A PostgreSQL with its disk's guarantees on, and the programs' bundles. */
export interface Bench extends AsyncDisposable {
  readonly isQuick: boolean;
  readonly say: (line: string) => void;
  /** Entry files of the bundles, absolute. */
  readonly programs: { readonly migrator: string; readonly server: string };
  /** Where logs and the like may be left: removed in the end. */
  readonly folder: string;
  readonly databasePort: number;
  /** The id of the process whose children serve PostgreSQL's connections. */
  readonly databasePid: number;
  /** Settings of a program on a database of that name, reached over its own port or another one that leads to it. */
  env(database: string, port?: number): Readonly<Record<string, string>>;
  /** How a role reaches a database, the superuser if none is named. */
  url(database: string, role?: string, port?: number): string;
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
  const dataDir = join(folder, "postgres");
  const cluster = await startCluster({ dataDir }).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const urlOf = (database: string, role?: string, port = cluster.port) => {
    const url = new URL(withDatabase(cluster.url, database));
    url.port = String(port);
    return role === undefined ? url.href : withCredentials(url.href, role, rolePassword);
  };
  let closed: Promise<void> | undefined;
  const close = async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  // What else was started ends with this process.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => void (closed ??= close()).finally(() => process.exit(130)));
  return {
    ...options,
    folder,
    databasePort: cluster.port,
    databasePid: Number.parseInt(readFileSync(join(dataDir, "postmaster.pid"), "utf8"), 10),
    url: urlOf,
    programs: {
      migrator: join(repository, "apps/migrator/dist/main.mjs"),
      server: join(repository, "apps/server/dist/main.mjs"),
    },
    env: (database, port) => ({
      ENVIRONMENT: "test",
      ADMIN_DATABASE_URL: urlOf(database, undefined, port),
      DATABASE_URL: urlOf(database, "severalty_migrator", port),
      APP_ROLE_PASSWORD: rolePassword,
      AUTH_ROLE_PASSWORD: rolePassword,
      PLATFORM_ROLE_PASSWORD: rolePassword,
      LOG_FORMAT: "json",
    }),
    [Symbol.asyncDispose]: () => (closed ??= close()),
  };
};

/** What the image runs Node with: the server is measured as it is deployed. */
const imagesNodeOptions = (): string => {
  const [, options] = /\bNODE_OPTIONS="([^"]+)"/.exec(readFileSync(join(repository, "Dockerfile"), "utf8")) ?? [];
  if (options === undefined) throw new Error("the Dockerfile sets no NODE_OPTIONS");
  return options;
};

/** The server's settings on a database that the migrator has prepared. */
export const serverEnv = (env: Readonly<Record<string, string>>): Record<string, string> => {
  const urlOf = (role: string) => withCredentials(env["DATABASE_URL"] ?? "", role, rolePassword);
  return {
    ENVIRONMENT: "test",
    DATABASE_URL: urlOf("severalty_app"),
    AUTH_DATABASE_URL: urlOf("severalty_auth"),
    PLATFORM_DATABASE_URL: urlOf("severalty_platform"),
    AUTH_SECRET: authSecret,
    SECRETS_KEY: randomBytes(32).toString("base64"),
    NODE_OPTIONS: imagesNodeOptions(),
    HOST: "127.0.0.1",
    PORT: "0",
  };
};
