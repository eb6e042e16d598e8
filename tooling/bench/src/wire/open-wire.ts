import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { WireRequest } from "./wire-request.ts";

/** The wire between servers and their database, in a process of its own. */
export interface Wire extends AsyncDisposable {
  /** A port that leads to the database. */
  readonly port: number;
  setRtt(rttMs: number): Promise<void>;
  /** Round trips so far. */
  count(): Promise<number>;
}

/** Lays it; it ends with this process. */
export const openWire = async (targetPort: number): Promise<Wire> => {
  const child = fork(join(import.meta.dirname, "wire-process.ts"));
  const ended = once(child, "exit");
  const ask = async (request: WireRequest): Promise<number> => {
    child.send(request);
    const [value] = (await Promise.race([once(child, "message"), ended.then(() => [undefined])])) as [number?];
    if (value === undefined) throw new Error("the wire broke");
    return value;
  };
  return {
    port: await ask({ kind: "listen", targetPort }),
    setRtt: async (rttMs) => void (await ask({ kind: "delay", rttMs })),
    count: () => ask({ kind: "count" }),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
};
