import { serialize } from "pg-protocol";
import { asError } from "./as-error.ts";
import type { PreparedStatement, PreparedStatements, Column } from "./prepared-statements.ts";
import type { WireValue } from "./bind.ts";

/** A statement of a flight, with `$1` for its first parameter. */
export interface FlightStatement {
  readonly sql: string;
  readonly parameters: readonly WireValue[];
  /** Parsed afresh and without a name: what an earlier borrower of the connection has prepared has no part in it. */
  readonly isUnnamed?: boolean;
}

/** What the server answered to one statement. */
export interface Answer {
  readonly rows: Record<string, unknown>[];
  /** The command's tag without its counts, such as `COMMIT`. */
  readonly command: string;
  readonly numAffectedRows: number | undefined;
}

/** The part of pg's connection that a flight speaks to (pg 8.23.0, lib/connection.js): it writes whole messages of its own making. */
interface Wire {
  on(event: "readyForQuery" | "end", listener: () => void): Wire;
  off(event: "readyForQuery" | "end", listener: () => void): Wire;
  readonly stream: { readonly writable: boolean; write(bytes: Uint8Array): void };
}

const describePortal = serialize.describe({ type: "P" });
const executePortal = serialize.execute();
const syncMessage = serialize.sync();

type ParserOf = (dataTypeId: number) => (text: string) => unknown;

/**
 * Statements that travel in one message each way: one batch of the extended protocol, closed by a single Sync (PostgreSQL manual, section
 * 54.2.4). Without BEGIN they are one transaction, of which a failure undoes everything. A submittable of pg.
 */
export class Flight {
  /** One answer for each statement. Rejects with what the server said. */
  readonly answers: Promise<Answer[]>;
  readonly #statements: readonly FlightStatement[];
  readonly #known: PreparedStatements | undefined;
  readonly #parserOf: ParserOf;
  readonly #sent: (PreparedStatement | undefined)[] = [];
  readonly #done: Answer[] = [];
  #resolve!: (answers: Answer[]) => void;
  #reject!: (error: Error) => void;
  #columns: readonly Column[] = [];
  #rows: Record<string, unknown>[] = [];
  #unreadable: Error | undefined;

  constructor(
    statements: readonly FlightStatement[],
    options: { known: PreparedStatements | undefined; parserOf: ParserOf },
  ) {
    this.#statements = statements;
    this.#known = options.known;
    this.#parserOf = options.parserOf;
    this.answers = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Statements that have been answered: the index of the one that failed, once it has. */
  get answered(): number {
    return this.#done.length;
  }

  get size(): number {
    return this.#statements.length;
  }

  submit(wire: Wire): void {
    const messages: Uint8Array[] = [];
    for (const name of this.#known?.takeDropped() ?? []) messages.push(serialize.close({ type: "S", name }));
    for (const { sql, parameters, isUnnamed = false } of this.#statements) {
      const prepared = isUnnamed ? undefined : this.#known?.of(sql);
      const name = prepared?.name ?? "";
      if (prepared === undefined || !(prepared.isParsed || this.#sent.includes(prepared)))
        messages.push(serialize.parse({ name, text: sql }));
      this.#sent.push(prepared);
      messages.push(serialize.bind({ statement: name, values: [...parameters] }));
      if (prepared?.columns === undefined) messages.push(describePortal);
      messages.push(executePortal);
    }
    messages.push(syncMessage);
    // In one piece: each piece would be one more for the system to gather.
    if (wire.stream.writable) wire.stream.write(Buffer.concat(messages));
    this.#columns = this.#sent[0]?.columns ?? [];
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({ name, parse: this.#parserOf(dataTypeID) }));
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    try {
      this.#rows.push(rowOf(this.#columns, fields));
    } catch (error) {
      this.#unreadable ??= asError(error);
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    const prepared = this.#sent[this.#done.length];
    if (prepared !== undefined) {
      prepared.isParsed = true;
      prepared.columns = this.#columns;
    }
    this.#done.push({ rows: this.#rows, ...tagOf(text) });
    this.#rows = [];
    this.#columns = this.#sent[this.#done.length]?.columns ?? [];
  }

  /** An empty text is answered by this in place of a tag. */
  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: "" });
  }

  /** Rejects once the server waits for what is sent next, or is gone. */
  handleError(error: Error & { readonly code?: string; readonly severity?: string }, wire: Wire): void {
    const sent = this.#sent[this.#done.length];
    if (error.code === unknownStatement) this.#known?.forgetAll();
    // What failed on its first way may have been parsed or not.
    else if (sent !== undefined && (!sent.isParsed || isStale(error))) this.#known?.forget(sent.text);
    // What pg says of a lost connection has no severity, and nothing comes after it.
    if (error.severity === undefined) return this.#reject(error);
    const settle = () => {
      wire.off("readyForQuery", settle).off("end", settle);
      this.#reject(error);
    };
    wire.on("readyForQuery", settle).on("end", settle);
  }

  handleReadyForQuery(): void {
    if (this.#unreadable === undefined) this.#resolve(this.#done);
    else this.#reject(this.#unreadable);
  }

  /** Nothing of the project sends COPY; who does gets an error, and the connection is ended by its client. */
  handleCopyInResponse(): void {
    this.#reject(new Error("COPY FROM STDIN is not for this connection"));
  }

  handleCopyData(): void {
    // COPY TO: what comes is dropped, and its end is a command's end.
  }
}

/** The name of a statement means nothing to the server: somebody has deallocated it. */
const unknownStatement = "26000";

/**
 * Whether a statement failed because what the connection has prepared is no longer what it was: deallocated, or its rows have other
 * columns since a migration. Nothing was done, and it is prepared anew when it is sent again.
 */
export const isStale = (error: unknown): boolean => {
  const { code, routine } = error as { code?: string; routine?: string };
  return code === unknownStatement || (code === "0A000" && routine === "RevalidateCachedQuery");
};

const rowOf = (columns: readonly Column[], fields: readonly (string | null)[]): Record<string, unknown> => {
  const row: Record<string, unknown> = {};
  // By index: an iterator over entries takes as long as all the parsing.
  for (let at = 0; at < columns.length; at++) {
    const { name, parse } = columns[at] as Column;
    const text = fields[at] ?? null;
    row[name] = text === null ? null : parse(text);
  }
  return row;
};

const tag = /^([A-Z][A-Z ]*?)(?: (\d+))?(?: (\d+))?$/;

const tagOf = (text: string): Pick<Answer, "command" | "numAffectedRows"> => {
  const [, command = "", first, second] = tag.exec(text) ?? [];
  const count = second ?? first;
  return { command, numAffectedRows: count === undefined ? undefined : Number(count) };
};
