import { Socket } from "node:net";
import type { ClientConfig } from "pg";
import { Flight, type FlightStatement } from "./flight.ts";
import { PreparedStatements, type MakePrefix } from "./prepared-statements.ts";
import { isReady, TenantClient } from "./tenant-client.ts";

/** Texts that are for the class below as they stand. */
const own = new Set(["commit", "rollback"]);

/** How a connection is made. */
export interface OneStatementConfig extends ClientConfig {
  /** Names for statements that are prepared once and kept; without it none is. */
  readonly statementPrefix?: MakePrefix | undefined;
  /** Longest silence while an answer is owed, in milliseconds; without it, for ever. */
  readonly answerWithinMs?: number;
}

/**
 * Sends one statement a text: a text that holds several is refused by the server. What `query` sends is parsed afresh and has no name; what
 * flies is prepared under names that nobody else knows, so that none can run what an earlier borrower of the connection has prepared.
 */
export class OneStatementClient extends TenantClient {
  readonly #prepared: PreparedStatements | undefined;

  constructor(config: OneStatementConfig = {}) {
    super(config);
    const prefix = config.statementPrefix?.();
    this.#prepared = prefix === undefined ? undefined : new PreparedStatements(prefix);
    // The server has taken our Sync for a part of what is to be copied, and waits; a second one might be one too many, and answers would come to
    // others than had asked. A flight tells its asker first.
    this.connection.on("copyInResponse", () => process.nextTick(() => this.connection.stream.destroy()));
    const { answerWithinMs } = config;
    if (answerWithinMs !== undefined) this.once("connect", () => this.#endWhenSilent(answerWithinMs));
  }

  /** What ends a statement is the server's, and a network that has lost a connection tells neither end. Counts from the last byte either way. */
  #endWhenSilent(silenceMs: number): void {
    const { stream } = this.connection;
    if (!(stream instanceof Socket)) return;
    stream.setTimeout(silenceMs, () => {
      if (!isReady(this)) stream.destroy();
    });
  }

  /** Sends statements in one message. Their answers are for whoever calls to await. */
  fly(statements: readonly FlightStatement[]): Flight {
    const flight = new Flight(statements, {
      known: this.#prepared,
      // eslint-disable-next-line typescript/no-unsafe-enum-assignment -- a data type's number comes from the server, and any has a parser
      parserOf: (dataTypeId) => this.getTypeParser(dataTypeId, "text") as (text: string) => unknown,
    });
    this.query(flight);
    return flight;
  }

  override query(...parameters: unknown[]): unknown {
    const [first, ...rest] = parameters;
    if (typeof first !== "string") {
      const isSubmittable = "submit" in (first as object);
      return super.query(
        isSubmittable ? first : { ...(first as object), name: undefined, queryMode: "extended" },
        ...rest,
      );
    }
    if (own.has(first)) return super.query(...parameters);
    return super.query(beginWithModes(first) ?? { text: first, queryMode: "extended" }, ...rest);
  }
}

const beginning = /^(?:begin|start transaction)(?: isolation level ([a-z ]+?))?(?: (read only|read write))?$/;

/** With every mode by name; undefined when it begins no transaction. */
const beginWithModes = (text: string): string | undefined => {
  const found = beginning.exec(text);
  return found === null ? undefined : beginText(found[1], found[2]);
};

/** Every mode by name, so that none is a default that the session's last borrower chose. */
export const beginText = (isolationLevel = "read committed", access = "read write"): string =>
  `begin isolation level ${isolationLevel} ${access} not deferrable`;
