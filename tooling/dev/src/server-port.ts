import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** The port to serve on, from PORT; 8000 when it is not set. Throws when it is not a port. */
export const serverPort = (env: NodeJS.ProcessEnv): number => {
  const port = Number(env["PORT"] || 8000);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`PORT must be a number from 1 to 65535, got ${env["PORT"]}`);
};

/** Whether a server can listen on the port within `patienceMs`. */
export const isPortFree = async (port: number, patienceMs: number): Promise<boolean> => {
  for (const until = Date.now() + patienceMs; ; await sleep(50)) {
    if ((await canListen(port, "127.0.0.1")) && (await canListen(port))) return true;
    if (Date.now() >= until) return false;
  }
};

const canListen = (port: number, host?: string) =>
  new Promise<boolean>((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error) => {
      if ("code" in error && error.code === "EADDRINUSE") return resolve(false);
      reject(error);
    });
    probe.listen({ port, ...(host === undefined ? {} : { host }) }, () => probe.close(() => resolve(true)));
  });
