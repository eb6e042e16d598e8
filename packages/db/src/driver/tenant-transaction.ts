import type { IsolationLevel } from "@mikro-orm/core";
import Cursor from "pg-cursor";
import { sqlStateOf } from "../database-error.ts";
import { asError } from "./as-error.ts";
import { wireValue, type BoundStatement } from "./bind.ts";
import { enteredBy, entryForOneRead, isRefusal, unclean, type Entered, type Entry } from "./entry.ts";
import { isStale, type Answer, type Flight, type FlightStatement } from "./flight.ts";
import { beginText, type OneStatementClient } from "./one-statement-client.ts";
import type { SharedReads } from "./shared-reads.ts";
import { AbortedTransactionError } from "./tenant-client.ts";

/** Where a transaction gets its connection from, when it first asks for something. */
export interface Connections {
  readonly connect: () => Promise<OneStatementClient>;
  readonly reads: SharedReads;
  /** Connections that it may find unclean before it gives up. */
  readonly max: number;
}

/** Modes of a transaction. */
export interface TransactionModes {
  readonly readOnly?: boolean | undefined;
  /** Default `read committed`; where it is given, statements that only read share one transaction too. */
  readonly isolationLevel?: `${IsolationLevel}` | undefined;
}

const statement = (sql: string): FlightStatement => ({ sql, parameters: [] });
const commit = statement("commit");
const rollback = statement("rollback");

/**
 * A transaction of whoever enters a tenant, in as few messages as it can do with. Nothing is sent before something is asked: BEGIN and
 * entering travel with the first statement, and COMMIT with the last if it is known to be that (`endWithNext`). A user's transaction that
 * may only read has no BEGIN: each statement enters and reads in one message, which is one transaction of its own, as READ COMMITTED would
 * show each a snapshot of its own. Whoever asked for nothing has entered all the same once `commit` is through.
 */
export class TenantTransaction {
  readonly #connections: Connections;
  readonly #entry: Entry;
  #modes: TransactionModes;
  #oneRead: Entry | undefined;
  #client: OneStatementClient | undefined;
  #entered: Entered | undefined;
  #endsWithNext = false;
  #isOutcomeUnknown = false;
  #isUndone = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(connections: Connections, entry: Entry, modes: TransactionModes) {
    this.#connections = connections;
    this.#entry = entry;
    this.#modes = modes;
    if (modes.readOnly === true && modes.isolationLevel === undefined) this.#oneRead = entryForOneRead(entry);
  }

  /** What the way in has told, once it has been asked; a user is told nothing. */
  get entered(): Entered | undefined {
    return this.#entered;
  }

  /** Whether COMMIT was sent and nobody knows what became of it. */
  get isOutcomeUnknown(): boolean {
    return this.#isOutcomeUnknown;
  }

  /** BEGIN and entering, now: for whoever must know who was let in before anything else is asked. */
  enter(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#client === undefined) await this.#open([]);
    });
  }

  /** COMMIT travels with the statement that is asked next. What is asked after it only reads, in transactions of its own. */
  endWithNext(): void {
    this.#endsWithNext = true;
  }

  /** Throws what the server says of entering or of the statement. */
  execute(asked: BoundStatement): Promise<Answer> {
    const isLast = this.#endsWithNext;
    this.#endsWithNext = false;
    return this.#inTurn(() => {
      // Before there is a connection: a value that has no text leaves nothing behind.
      const parameters = asked.parameters.map(wireValue);
      return this.#execute({ sql: asked.sql, parameters }, isLast);
    });
  }

  /** Rows in chunks, by a cursor. */
  async *stream(asked: BoundStatement, chunkSize: number): AsyncIterableIterator<Record<string, unknown>[]> {
    await this.enter();
    if (this.#client === undefined) throw new Error("the transaction has ended");
    const cursor = new Cursor<Record<string, unknown>>(asked.sql, [...asked.parameters]);
    this.#client.query(cursor);
    try {
      for (let rows = await cursor.read(chunkSize); rows.length > 0; rows = await cursor.read(chunkSize)) yield rows;
    } finally {
      await cursor.close();
    }
  }

  /**
   * Undoes what was done so far, after a statement that failed. What is asked from now on only reads, to find out why, and nothing is
   * committed.
   */
  async undo(): Promise<void> {
    await this.rollback();
    this.#isUndone = true;
    this.#goOnReading();
  }

  /** Throws `AbortedTransactionError` when a statement has failed, and what entering throws when nothing else was asked. */
  commit(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isUndone) throw new AbortedTransactionError();
      if (this.#client !== undefined) {
        const [answer] = await this.#fly(this.#client, [commit]);
        this.#giveBack();
        // PostgreSQL answers COMMIT of an aborted transaction with a quiet ROLLBACK.
        if (answer?.command !== "COMMIT") throw new AbortedTransactionError();
      } else if (this.#entered === undefined) {
        await (this.#oneRead === undefined ? this.#open([commit]) : this.#read(this.#oneRead, []));
        this.#giveBack();
      }
    });
  }

  rollback(): Promise<void> {
    return this.#inTurn(async () => {
      // What cannot be rolled back is destroyed by being given back.
      if (this.#client?.getTransactionStatus() !== "I")
        await this.#client?.fly([rollback]).answers.catch(() => undefined);
      this.#giveBack();
    });
  }

  /** Statements of one transaction follow each other, whoever asks at once. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #execute(asked: FlightStatement, isLast: boolean): Promise<Answer> {
    // Of statements that are transactions of their own each ends with itself.
    const ends = isLast && this.#oneRead === undefined;
    const [answer] = await this.#send(ends ? [asked, commit] : [asked]);
    if (ends) this.#goOnReading();
    // A flight answers each of its statements or fails.
    return answer as Answer;
  }

  #send(statements: readonly FlightStatement[]): Promise<readonly Answer[]> {
    if (this.#client !== undefined) return this.#fly(this.#client, statements);
    return this.#oneRead === undefined ? this.#open(statements) : this.#read(this.#oneRead, statements);
  }

  /** Enters and asks in one message without BEGIN. */
  async #read(entry: Entry, statements: readonly FlightStatement[]): Promise<readonly Answer[]> {
    const answers = await this.#connections.reads.ask(entry, statements);
    if (answers !== undefined) {
      this.#entered = enteredBy(entry, undefined);
      return answers;
    }
    // With BEGIN a transaction has its own modes, whatever the session's defaults have been made.
    this.#oneRead = undefined;
    return this.#open(statements);
  }

  /** Begins, enters and asks in one message. A connection that is not clean is replaced unnoticed. */
  async #open(statements: readonly FlightStatement[]): Promise<Answer[]> {
    for (let replacements = this.#connections.max, isAgain = false; ;) {
      const client = await this.#connections.connect();
      const flight = client.fly([this.#begin(), { ...this.#entry, isUnnamed: true }, ...statements]);
      try {
        const [, entered, ...answers] = await this.#landed(flight, statements);
        this.#client = client;
        this.#entered = enteredBy(this.#entry, entered?.rows[0]);
        return answers;
      } catch (error) {
        const hasEntered = flight.answered >= 2;
        const wantsAgain = hasEntered && !isAgain && isStale(error);
        if (hasEntered && !wantsAgain) {
          this.#client = client;
          throw error;
        }
        const code = sqlStateOf(error);
        await letGo(client, wantsAgain || isRefusal(code) ? undefined : asError(error));
        if (wantsAgain) isAgain = true;
        else if (code !== unclean || replacements-- === 0) throw error;
      }
    }
  }

  #fly(client: OneStatementClient, statements: readonly FlightStatement[]): Promise<Answer[]> {
    return this.#landed(client.fly(statements), statements);
  }

  /** What a flight answers; notes when one that carries COMMIT is lost. */
  async #landed(flight: Flight, statements: readonly FlightStatement[]): Promise<Answer[]> {
    const isCommitting = this.#modes.readOnly !== true && statements.at(-1) === commit;
    try {
      return await flight.answers;
    } catch (error) {
      const isBeforeCommit = flight.answered < flight.size - 1;
      this.#isOutcomeUnknown = isCommitting && !isRolledBack(error, isBeforeCommit);
      throw error;
    }
  }

  #begin(): FlightStatement {
    const { isolationLevel, readOnly } = this.#modes;
    return statement(beginText(isolationLevel, readOnly === true ? "read only" : "read write"));
  }

  #goOnReading(): void {
    this.#giveBack();
    this.#modes = { readOnly: true };
    this.#oneRead = entryForOneRead(this.#entry);
  }

  #giveBack(): void {
    this.#client?.release();
    this.#client = undefined;
  }
}

/** A point inside a transaction that can be gone back to. */
export interface Savepoint {
  readonly transaction: TenantTransaction;
  readonly name: string;
  readonly depth: number;
}

/** Gives a connection back on which entering has failed: destroyed for a reason, or rolled back. */
const letGo = async (client: OneStatementClient, reason: Error | undefined): Promise<void> => {
  if (reason === undefined) await client.fly([rollback]).answers.catch(() => undefined);
  client.release(reason);
};

/** Classes of SQLSTATE that may come after COMMIT has done its work: the server or the connection went away. */
const lost = /^(?:08|53|57|58|XX)/;

/** What the server says comes in order: of a statement before COMMIT it says that COMMIT was never looked at. */
const isRolledBack = (error: unknown, isBeforeCommit: boolean): boolean => {
  const code = sqlStateOf(error);
  return code !== undefined && (isBeforeCommit || !lost.test(code));
};
