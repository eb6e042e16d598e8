import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startCluster } from "@severalty/postgres/cluster";
import { freePort } from "@severalty/postgres/free-port";
import { quickFolder } from "@severalty/postgres/quick-folder";
import { processesIn } from "@severalty/postgres/process-table";
import { afterAll } from "vitest";
import { keepConnectionUrls } from "../src/connection-urls.ts";

const FIXTURES = join(import.meta.dirname, "fixtures");

/** A folder of development data, a port for the server, and a copy of the stand-in server that may be edited. */
export interface DevPlace extends Disposable {
  readonly data: string;
  readonly port: number;
  readonly url: string;
  readonly server: string;
}

/**
 * Makes a place of its own for a test. Its database has been started before, which saves a second of processor time,
 * unless it is to be `fresh`.
 */
export const makePlace = async (how: "fresh" | "used" = "used"): Promise<DevPlace> => {
  const folder = mkdtempSync(join(quickFolder(), "severalty-dev-test-"));
  if (how === "used") cpSync(await usedData(), join(folder, "data"), { recursive: true });
  const server = join(folder, "server.ts");
  copyFileSync(join(FIXTURES, "server.ts"), server);
  const port = await freePort();
  const dispose = () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  return { data: join(folder, "data"), port, url: `http://127.0.0.1:${port}`, server, [Symbol.dispose]: dispose };
};

/** A dev script with stand-ins for the migrator and the server, killed with its scope. */
export interface DevProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Settles with the exit code. */
  readonly exited: Promise<number | null>;
  /** All it printed so far. */
  output(): string;
  /** Waits until it has printed `text`. */
  says(text: string): Promise<void>;
}

/** Starts dev in a place, with the stand-ins. */
export const startDev = (place: DevPlace, env: NodeJS.ProcessEnv = {}): DevProcess =>
  start([join(FIXTURES, "dev.ts"), place.data, String(place.port), place.server], env);

/** Starts dev in a place as a user does, with the migrator and the server of this repository. */
export const startRealDev = (place: DevPlace): DevProcess =>
  start([join(import.meta.dirname, "../src/dev.ts")], { PORT: String(place.port), SEVERALTY_DATA: place.data });

const start = (args: readonly string[], env: NodeJS.ProcessEnv): DevProcess => {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (output += text.toString()));
  const exited = once(child, "exit").then(([code]) => (typeof code === "number" ? code : null));
  const says = (text: string) =>
    until(
      () => output.includes(text),
      () => `it never said ${text}, but:\n${output}`,
    );
  const end = async () => {
    child.kill("SIGINT");
    await exited;
  };
  return { child, pid: child.pid ?? 0, exited, output: () => output, says, [Symbol.asyncDispose]: end };
};

/** What the stand-in server says of itself. */
export const serverFacts = async (place: DevPlace): Promise<{ pid: number; env: Record<string, string> }> => {
  const response = await fetch(place.url);
  return (await response.json()) as { pid: number; env: Record<string, string> };
};

/** The pid of the postmaster. */
export const postmasterOf = (place: DevPlace): number =>
  Number(readFileSync(join(place.data, "pg/postmaster.pid"), "utf8").split("\n")[0]);

/** Whether nothing of a place runs any more. */
export const isQuiet = async (place: DevPlace): Promise<boolean> => {
  const answered = await fetch(place.url).then(
    () => true,
    () => false,
  );
  return !answered && processesIn(join(place.data, "pg")).length === 0;
};

/** Waits for a condition. */
export const until = async (condition: () => boolean | Promise<boolean>, message: () => string): Promise<void> => {
  for (const end = Date.now() + 60_000; !(await condition()); await sleep(25)) {
    if (Date.now() > end) throw new Error(message());
  }
};

/** The data folder of a database that was started and stopped once; made once per test file. */
const usedData = () => (used ??= makeUsedData());
let used: Promise<string> | undefined;
afterAll(async () => {
  if (used !== undefined) rmSync(await used, { recursive: true, force: true });
});

const makeUsedData = async () => {
  const folder = mkdtempSync(join(quickFolder(), "severalty-dev-used-"));
  const { admin } = keepConnectionUrls(folder);
  const password = decodeURIComponent(new URL(admin).password);
  await (await startCluster({ dataDir: join(folder, "pg"), password })).stop();
  return folder;
};
