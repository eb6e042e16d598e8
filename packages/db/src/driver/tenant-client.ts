import { Client } from "pg";

/** A statement failed earlier in the transaction, so COMMIT would have rolled it back and reported success. */
export class AbortedTransactionError extends Error {
  constructor() {
    super("the transaction was aborted by an earlier error and cannot be committed");
    this.name = "AbortedTransactionError";
  }
}

type Release = (error?: Error | boolean) => void;

/**
 * A pg client whose transactions end in exactly one way. Kysely keeps a connection for ever when BEGIN or ROLLBACK fails on it
 * (0.29.6, ControlledTransaction), and PostgreSQL answers COMMIT of an aborted transaction with a quiet ROLLBACK.
 */
export class TenantClient extends Client {
  #giveBack: Release = () => undefined;

  /** The pool sets it on every client that it hands out. A connection with a transaction still open is destroyed, not inherited. */
  get release(): Release {
    return (error) =>
      this.#giveBack(error ?? (this.getTransactionStatus() === "I" ? undefined : new Error("not idle")));
  }

  set release(giveBack: Release) {
    this.#giveBack = giveBack;
  }

  // @ts-expect-error pg declares a dozen overloads; arguments and result pass through unchanged
  override query(...parameters: unknown[]): unknown {
    const [text] = parameters;
    const run = () => (super.query as (...all: unknown[]) => unknown)(...parameters);
    if (typeof text !== "string") return run();
    if (text === "begin" || text.startsWith("start transaction")) return this.#begin(run() as Promise<unknown>);
    if (text === "rollback") return this.#rollback(run() as Promise<unknown>);
    if (text === "commit" && this.getTransactionStatus() === "E") return Promise.reject(new AbortedTransactionError());
    return run();
  }

  async #begin(started: Promise<unknown>): Promise<unknown> {
    try {
      return await started;
    } catch (error) {
      this.release(error instanceof Error ? error : true);
      throw error;
    }
  }

  /** A connection that is gone has rolled back; the pool drops it when it is released. */
  async #rollback(rolledBack: Promise<unknown>): Promise<unknown> {
    try {
      return await rolledBack;
    } catch {
      return { command: "ROLLBACK", rowCount: null, rows: [] };
    }
  }
}
