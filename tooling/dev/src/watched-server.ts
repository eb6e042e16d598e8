import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { get } from "node:http";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { killWhenOrphaned } from "@severalty/postgres/kill-when-orphaned";
import { isAlive } from "@severalty/postgres/process-table";
import { readIfPresent } from "./private-file.ts";

/** Names the file to `announce-pid.ts`. */
const PID_FILE_VARIABLE = "SEVERALTY_SERVER_PID_FILE";

/** What to run and how to reach it. */
export interface WatchedServerOptions {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
  readonly port: number;
  /** Where the process that is the server at the time notes its pid. */
  readonly pidFile: string;
  /** Called whenever the server is ready again after a change, with the time it took. */
  readonly onReload: (tookMs: number) => void;
}

/** A server that is restarted when its files change. */
export interface WatchedServer {
  /** Settles when the server answers for the first time. */
  readonly ready: Promise<void>;
  /** Settles with the reason when it is gone for good; not when a changed file does not run. */
  readonly ended: Promise<string>;
  /** Ends it in order, by force after 10 s. */
  stop(): Promise<void>;
}

/** A process that `node --watch` replaces has a successor within this time, in milliseconds. */
const SUCCESSOR_WITHIN_MS = 5_000;
const STOP_WITHIN_MS = 10_000;

/** Runs a server under `node --watch` and follows the process that is the server at any one time. */
export const watchServer = (options: WatchedServerOptions): WatchedServer => {
  const flags = ["--watch", "--watch-preserve-output", "--import", resolve(import.meta.dirname, "announce-pid.ts")];
  rmSync(options.pidFile, { force: true });
  const watcher = spawn(process.execPath, [...flags, options.program], {
    env: { ...options.env, [PID_FILE_VARIABLE]: options.pidFile },
    // A session of its own: Ctrl-C in the terminal reaches the server through stop(), once.
    detached: true,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<string>();
  watcher.once("error", (error) => ended.resolve(error.message));
  watcher.once("exit", (code, signal) => ended.resolve(`the server's watcher ended (${signal ?? code})`));
  const isWatched = () => watcher.exitCode === null && watcher.signalCode === null;

  const follow = async () => {
    let wasReady = false;
    let server = await successor(options.pidFile, 0, isWatched);
    while (isWatched()) {
      const began = performance.now();
      const answered = await becomesReady(server, options.port);
      if (answered && wasReady) options.onReload(Math.round(performance.now() - began));
      if (answered) ready.resolve();
      wasReady ||= answered;
      while (isAlive(server)) await sleep(100);
      const until = Date.now() + SUCCESSOR_WITHIN_MS;
      const next = await successor(options.pidFile, server, () => isWatched() && Date.now() < until);
      if (next === server && answered) return ended.resolve("the server died");
      if (next === server && !wasReady) return ended.resolve("the server did not start");
      server = next === server ? await successor(options.pidFile, server, isWatched) : next;
    }
  };
  follow().catch((error: unknown) => ended.resolve(String(error)));

  const { pid } = watcher;
  if (pid === undefined) return { ready: ready.promise, ended: ended.promise, stop: () => Promise.resolve() };
  const release = killWhenOrphaned(pid, "SIGTERM");
  const stop = async () => {
    // The watcher hands the signal on; without it the server has to be told directly.
    send(isWatched() ? pid : -pid, "SIGTERM");
    for (const until = Date.now() + STOP_WITHIN_MS; send(-pid, 0) && Date.now() < until;) await sleep(20);
    send(-pid, "SIGKILL");
    release();
    rmSync(options.pidFile, { force: true });
  };
  return { ready: ready.promise, ended: ended.promise, stop };
};

/** The pid in the file once it is another than `previous`; `previous` when `goOn` says no first. */
const successor = async (pidFile: string, previous: number, goOn: () => boolean): Promise<number> => {
  while (goOn()) {
    const pid = Number(readIfPresent(pidFile));
    if (pid > 0 && pid !== previous) return pid;
    await sleep(50);
  }
  return previous;
};

/** Waits for `GET /readyz` to answer 200; false when the process ends first. */
const becomesReady = async (server: number, port: number): Promise<boolean> => {
  while (isAlive(server)) {
    if ((await statusOf(`http://127.0.0.1:${port}/readyz`)) === 200) return true;
    await sleep(50);
  }
  return false;
};

/** A connection per request: one that is kept open would delay the server's end. */
const statusOf = (url: string) =>
  new Promise<number | undefined>((done) => {
    const request = get(url, { agent: false, timeout: 5_000 }, (response) => {
      response.resume();
      done(response.statusCode);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => done(undefined));
  });

const send = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
};
