import type { Server } from "node:http";
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
 * Ends the server on SIGTERM or SIGINT: takes no new connection, finishes what is in flight (for at most `graceMs`), then closes the
 * pools. A second signal ends it at once.
 */
export const shutdownOnSignal = (
  server: Server,
  draining: Draining,
  options: { graceMs: number; close: () => Promise<void>; log: Logger },
): void => {
  const { graceMs, close, log } = options;
  const end = async (signal: string) => {
    log.info({ signal }, "shutting down");
    draining.begin();
    let isCutOff = false;
    const timer = setTimeout(() => {
      isCutOff = true;
      log.warn({ graceMs }, "requests still in flight were cut off");
      server.closeAllConnections();
    }, graceMs);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // A kept-alive connection whose last answer began before the drain gets no `Connection: close`.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    server.closeIdleConnections();
    await closed;
    clearInterval(sweep);
    clearTimeout(timer);
    // Statements cut off still hold their connections: PostgreSQL rolls them back when the process is gone.
    if (!isCutOff) await close();
    log.info("closed");
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (draining.is()) process.exit(1);
      void end(signal).then(() => process.exit(0));
    });
  }
};
