import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Cluster, startCluster } from "@severalty/postgres/cluster";
import { type ConnectionUrls, keepConnectionUrls, saveConnectionPort } from "./connection-urls.ts";
import { keepPrivateFile } from "./private-file.ts";
import { migratorEnv, serverEnv } from "./program-env.ts";
import { readyBlock } from "./ready-block.ts";
import { REPOSITORY } from "./repository.ts";
import { runToEnd } from "./run-to-end.ts";
import { forgetRunningDev, noteRunningDev, readRunningDev } from "./running-dev.ts";
import { isPortFree } from "./server-port.ts";
import { watchServer } from "./watched-server.ts";

/** What to run and where. */
export interface DevOptions {
  /** Absolute folder of the development data. */
  readonly data: string;
  /** The port of the server. */
  readonly port: number;
  readonly env: NodeJS.ProcessEnv;
  /** Entry files of the programs. */
  readonly programs: { readonly migrator: string; readonly server: string };
  /** Ends it in order. */
  readonly stop: AbortSignal;
  readonly say: (text: string) => void;
}

/** A reason to end that the user reads as it stands. */
class DevFailure extends Error {}

/** After a crash the server of the last run may take this long to be gone, in milliseconds. */
const CRASH_PATIENCE_MS = 12_000;

/**
 * Brings up PostgreSQL, the schema, the demo data and the server, and keeps them up until `stop` (answers 0) or until
 * one of them is gone (says so, answers 1). Whatever happens, all of it is stopped in the end, the server first.
 */
export const runDev = async (options: DevOptions): Promise<number> => {
  try {
    await using cleanup = new AsyncDisposableStack();
    await run(options, cleanup);
    options.say("\nSeveralty: stopping …");
    return 0;
  } catch (error) {
    options.say(`\nSeveralty: ${error instanceof DevFailure ? error.message : String(error)}`);
    return 1;
  }
};

const run = async (options: DevOptions, cleanup: AsyncDisposableStack) => {
  const { data, port, programs, env, stop, say } = options;
  mkdirSync(data, { recursive: true });
  const crashed = readRunningDev(data) !== undefined;
  const known = keepConnectionUrls(data);
  const cluster = await startOwnCluster(data, known);
  cleanup.defer(() => cluster.stop());
  const urls = saveConnectionPort(data, known, cluster.port);
  const url = `http://localhost:${port}`;
  if (!(await isPortFree(port, crashed ? CRASH_PATIENCE_MS : 0))) {
    throw new DevFailure(`port ${port} is taken. Free it, or choose another: PORT=${port + 1} npx -y pnpm@12 dev`);
  }
  noteRunningDev(data, { pid: process.pid, url });
  cleanup.defer(() => forgetRunningDev(data));

  const code = stop.aborted ? 0 : await runToEnd([programs.migrator, "--demo"], { env: migratorEnv(env, urls), stop });
  if (stop.aborted) return;
  if (code !== 0) throw new DevFailure(`the migrator ended with exit code ${code}; its own message is above.`);

  const authSecret = keepPrivateFile(join(data, "auth-secret"), () => randomBytes(48).toString("base64url"));
  const secretsKey = keepPrivateFile(join(data, "secrets-key"), () => randomBytes(32).toString("base64"));
  const server = watchServer({
    program: programs.server,
    env: serverEnv(env, urls, { port, authSecret, secretsKey }),
    port,
    pidFile: join(data, "server.pid"),
    onReload: (tookMs) => say(`Severalty: reloaded in ${tookMs} ms`),
  });
  cleanup.defer(() => server.stop());
  const stopped = new Promise<undefined>((resolve) => stop.addEventListener("abort", () => resolve(undefined)));
  const over = Promise.race([stopped, server.ended, cluster.exited.then((reason) => `PostgreSQL ended (${reason})`)]);
  const tellReady = async () => {
    await server.ready;
    const docs = join(REPOSITORY, "README.md");
    say(readyBlock({ url, docs, adminUrl: urls.admin, data, tookMs: Math.round(performance.now()) }));
  };
  void tellReady();
  const reason = stop.aborted ? undefined : await over;
  if (reason !== undefined) throw new DevFailure(`${reason}. Everything is stopped.`);
};

const startOwnCluster = async (data: string, urls: ConnectionUrls): Promise<Cluster> => {
  const { port, password } = new URL(urls.admin);
  const dataDir = join(data, "pg");
  const cluster = await startCluster({ dataDir, port: Number(port), password: decodeURIComponent(password) });
  if (cluster.owned) return cluster;
  const first = readRunningDev(data);
  const at = first?.pid === cluster.starter ? ` at ${first.url}` : "";
  throw new DevFailure(
    `it already runs in ${data} (pid ${cluster.starter})${at}. A second copy needs its own folder and port: ` +
      `PORT=8001 SEVERALTY_DATA=.data-2 npx -y pnpm@12 dev`,
  );
};
