import type { Server } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { describeError } from "@severalty/api/log-failure";
import type { Logger } from "pino";

/** Set once a signal asks the process to end. */
export class Draining {
  #is = false;
  readonly is = (): boolean => this.#is;
  begin(): void {
    this.#is = true;
  }
}

/**
 * Ends the server on SIGTERM or SIGINT: takes no new connection, finishes what is in flight, then closes the pools, all within `graceMs`.
 * A second signal ends it at once.
 */
export const shutdownOnSignal = (
  server: Server,
  draining: Draining,
  options: { graceMs: number; close: () => Promise<void>; log: Logger },
): void => {
  const { graceMs, close, log } = options;
  const connections = new Set<Socket>();
  server.on("connection", (socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
  });
  /** Node takes a connection for idle whose answer has ended, though its bytes may still wait for a slow reader: it would be cut short. */
  const closeIdle = () => {
    if (![...connections].some((socket) => socket.writableLength > 0)) server.closeIdleConnections();
  };
  const end = async (signal: string) => {
    log.info({ signal }, "shutting down");
    draining.begin();
    const graceIsOver = pause(graceMs, true);
    // Not the HTTP server's own `close`, which closes what it takes for idle.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
    // A kept-alive connection whose last answer began before the drain gets no `Connection: close`.
    const sweep = setInterval(closeIdle, 50);
    closeIdle();
    // Statements cut off still hold their connections: PostgreSQL rolls them back when the process is gone.
    if ((await Promise.race([closed, graceIsOver])) === true) {
      log.warn({ graceMs }, "requests still in flight were cut off");
      server.closeAllConnections();
      await closed;
    } else if ((await Promise.race([close(), graceIsOver])) === true) {
      // Of callers who have left, or to a database that does not answer any more.
      log.warn({ graceMs }, "statements still under way were cut off");
    }
    clearInterval(sweep);
    log.info("closed");
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (draining.is()) process.exit(1);
      void end(signal)
        .catch((error: unknown) => log.error({ err: describeError(error) }, "not closed in order"))
        .then(() => process.exit(0));
    });
  }
};
