import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findBinaries } from "./binaries.ts";
import { ensureDataDir } from "./data-dir.ts";
import { freePort } from "./free-port.ts";
import { type Launched, launchPostmaster } from "./launch.ts";
import { clearRemains, findPostmaster, type Postmaster, stopPostmaster } from "./postmaster.ts";
import { isAlive } from "./process-table.ts";
import { acceptsPassword, setPassword } from "./superuser-password.ts";
import { withCredentials } from "./url.ts";

/** Where a cluster lives and how it is reached. */
export interface ClusterOptions {
  /** PGDATA; created when absent. Its log is `<dataDir>.log`. */
  readonly dataDir: string;
  /** Preferred TCP port on 127.0.0.1; 0 (the default) or a taken one: any free port. */
  readonly port?: number;
  /** Password of the superuser `postgres`. The default is only fit for throw-away data on loopback. */
  readonly password?: string;
  /** Throw-away data: no fsync, and the folder is removed when the cluster stops. */
  readonly ephemeral?: boolean;
}

/** A running PostgreSQL. */
export interface Cluster {
  /** Superuser connection to the database `postgres`; holds the password. */
  readonly url: string;
  readonly port: number;
  /** False when another process had started it: then `stop` leaves it alone. */
  readonly owned: boolean;
  /** The process that started it and whose end ends it. */
  readonly starter: number;
  /** Settles with the reason when the server has ended, wanted or not. */
  readonly exited: Promise<string>;
  /** Ends the server in order, clients or not. May be called again. */
  readonly stop: () => Promise<void>;
}

const SUPERUSER = "postgres";
const EPHEMERAL_PASSWORD = "postgres";

/** How long to keep trying while the folder is in another's hands, in milliseconds. */
const PATIENCE_MS = 120_000;

/**
 * Starts PostgreSQL on a folder, or joins the one that another living process started there. What a crash left is
 * recovered: an orphan is stopped first. PostgreSQL's own lock decides between two starters. The server ends with this
 * process, even by kill -9. Throws when it cannot start, with the end of its log.
 */
export const startCluster = async (options: ClusterOptions): Promise<Cluster> => {
  const { port: preferred = 0, password = EPHEMERAL_PASSWORD, ephemeral = false } = options;
  const dataDir = makeParent(options.dataDir);
  const binaries = await findBinaries();
  const init = { binaries, superuser: SUPERUSER, password, ephemeral };
  let anyPort = preferred === 0;
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(50)) {
    const running = findPostmaster(dataDir);
    if (running?.starter !== undefined) {
      if (running.ready) return join(running, running.starter, password);
      continue;
    }
    if (running !== undefined) await stopPostmaster(running.pid);
    const isNew = await ensureDataDir(dataDir, init);
    clearRemains(dataDir);
    const port = await freePort(anyPort ? 0 : preferred);
    const leftovers = ephemeral ? leftoversOf(dataDir) : [];
    const launched = await launchPostmaster({ binaries, dataDir, port, ephemeral, leftovers });
    if (launched === "port taken") anyPort = true;
    if (typeof launched === "string") continue;
    const cluster = own(launched, { url: urlOf(port, password), port, leftovers });
    if (isNew || (await acceptsPassword(cluster.url))) return cluster;
    await cluster.stop();
    await setPassword(dataDir, init);
  }
  throw new Error(`${dataDir} stayed in use by another process for ${PATIENCE_MS / 1000} s`);
};

/** The same folder has one name, however it is reached: processes are recognised by it. */
const makeParent = (path: string): string => {
  const absolute = resolve(path);
  mkdirSync(dirname(absolute), { recursive: true });
  return `${realpathSync(dirname(absolute))}/${basename(absolute)}`;
};

const urlOf = (port: number, password: string) =>
  withCredentials(`postgres://127.0.0.1:${port}/postgres`, SUPERUSER, password);

const leftoversOf = (dataDir: string) => [dataDir, `${dataDir}.log`];

const join = (running: Postmaster, starter: number, password: string): Cluster => ({
  url: urlOf(running.port, password),
  port: running.port,
  owned: false,
  starter,
  exited: endOf(running.pid),
  stop: () => Promise.resolve(),
});

const endOf = async (pid: number): Promise<string> => {
  while (isAlive(pid)) await sleep(250, undefined, { ref: false });
  return "it was stopped by its starter, or killed";
};

const own = (launched: Launched, at: { url: string; port: number; leftovers: readonly string[] }): Cluster => {
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    launched.hold();
    await stopPostmaster(launched.pid);
    await launched.exited;
    launched.release();
    for (const path of at.leftovers) rmSync(path, { recursive: true, force: true });
  };
  return {
    url: at.url,
    port: at.port,
    owned: true,
    starter: process.pid,
    exited: launched.exited,
    stop: () => (stopped ??= stop()),
  };
};
