import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@severalty/postgres/free-port";
import { killWhenOrphaned } from "@severalty/postgres/kill-when-orphaned";
import { ask } from "../load/ask.ts";
import type { Bench } from "../bench.ts";
import { worldId } from "../data/world.ts";
import type { ContenderName } from "./contender-name.ts";
import { contenders } from "./contenders.ts";

/** A contender's server that answers. */
export interface Served extends AsyncDisposable {
  readonly name: ContenderName;
  readonly port: number;
  readonly pid: number;
  /** From the start of its process to the first document that it answered with. */
  readonly startMs: number;
}

/** Longest wait for the first answer, in milliseconds. */
const startMsMax = 30_000;

/** Starts a contender's server on a database and waits until it answers with a document. What it says goes to a file. */
export const serve = async (
  name: ContenderName,
  { bench, database, databasePort }: { bench: Bench; database: string; databasePort: number },
): Promise<Served> => {
  const port = await freePort();
  const { program, args, env } = contenders[name].command({ bench, database, databasePort, port });
  const log = join(bench.folder, `${name}-${port}.log`);
  const output = openSync(log, "a");
  const began = performance.now();
  const child = spawn(program, args, { env, stdio: ["ignore", output, output], detached: true });
  closeSync(output);
  const ended = once(child, "exit");
  const release = killWhenOrphaned(child.pid, "SIGKILL");
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 3_000);
    await ended;
    clearTimeout(timer);
    release();
  };
  const fail = async (reason: string) => {
    await stop();
    throw new Error(`${name} ${reason}: ${readFileSync(log, "utf8").slice(-2_000)}`);
  };
  while (!(await answers(name, port))) {
    if (child.exitCode !== null || child.signalCode !== null) await fail("ended before it answered");
    if (performance.now() - began > startMsMax) await fail(`did not answer within ${startMsMax} ms`);
    await sleep(2);
  }
  const startMs = performance.now() - began;
  return { name, port, pid: child.pid ?? 0, startMs, [Symbol.asyncDispose]: stop };
};

const answers = async (name: ContenderName, port: number): Promise<boolean> => {
  const { api, token } = contenders[name];
  const answer = await ask(port, api.byId(worldId("document", 0)), token(0)).catch(() => undefined);
  return answer !== undefined && api.rows(answer.body).length === 1;
};
