import { Client, type ClientConfig } from "pg";
import { asError } from "./as-error.ts";

/** A statement failed earlier in the transaction, so COMMIT would have rolled it back and reported success. */
export class AbortedTransactionError extends Error {
  constructor() {
    super("the transaction was aborted by an earlier error and cannot be committed");
    this.name = "AbortedTransactionError";
  }
}

type Release = (error?: Error | boolean) => void;

/** The role whose transactions begin with no entry, which would reset the session: it is reset when its connection is given back. */
const neverEnters = "severalty_auth";

/**
 * A pg client whose transactions end in exactly one way. Kysely keeps a connection for ever when BEGIN or ROLLBACK fails on it
 * (0.29.6, ControlledTransaction), and PostgreSQL answers COMMIT of an aborted transaction with a quiet ROLLBACK.
 */
export class TenantClient extends Client {
  #giveBack: Release = () => undefined;
  #hasEnded = false;

  constructor(config?: string | ClientConfig) {
    super(config);
    this.once("end", () => {
      this.#hasEnded = true;
    });
  }

  /** The pool sets it on every client that it hands out. A connection with a transaction still open is destroyed, not inherited. */
  get release(): Release {
    return (error) => {
      // A failed statement rejects before the server has said which state it left: until then nobody may have the connection.
      if (error !== undefined || this.#hasEnded || isReady(this)) this.#handBack(error ?? this.#leftover());
      else this.#whenReady(() => this.#handBack(this.#leftover()));
    };
  }

  set release(giveBack: Release) {
    this.#giveBack = giveBack;
  }

  // @ts-expect-error pg declares a dozen overloads; arguments and result pass through unchanged
  override query(...parameters: unknown[]): unknown {
    const [text] = parameters;
    const run = () => (super.query as (...all: unknown[]) => unknown)(...parameters);
    if (typeof text !== "string") return run();
    if (text.startsWith("begin")) return this.#begin(run() as Promise<unknown>);
    if (text === "rollback") return this.#rollback(run() as Promise<unknown>);
    if (text === "commit") return this.#commit(run() as Promise<{ command: string }>);
    return run();
  }

  async #begin(started: Promise<unknown>): Promise<unknown> {
    try {
      return await started;
    } catch (error) {
      this.release(asError(error));
      throw error;
    }
  }

  async #commit(committed: Promise<{ command: string }>): Promise<unknown> {
    const result = await committed;
    if (result.command === "ROLLBACK") throw new AbortedTransactionError();
    return result;
  }

  /** A connection that is gone has rolled back; the pool drops it when it is released. */
  async #rollback(rolledBack: Promise<unknown>): Promise<unknown> {
    try {
      return await rolledBack;
    } catch {
      return { command: "ROLLBACK", rowCount: null, rows: [] };
    }
  }

  #handBack(reason: Error | boolean | undefined): void {
    if (reason !== undefined || this.user !== neverEnters) return this.#giveBack(reason);
    super.query("discard all").then(
      () => this.#giveBack(this.#leftover()),
      (error: unknown) => this.#giveBack(asError(error)),
    );
  }

  #leftover(): Error | undefined {
    return !this.#hasEnded && this.getTransactionStatus() === "I" ? undefined : new Error("not idle");
  }

  #whenReady(then: () => void): void {
    const once = () => {
      this.off("drain", once).off("end", once);
      then();
    };
    this.once("drain", once).once("end", once);
  }
}

/** pg has the property (8.23.0, lib/client.js) and does not declare it: false from a statement's start to ReadyForQuery. */
export const isReady = (client: object): boolean => (client as { readyForQuery: boolean }).readyForQuery;
