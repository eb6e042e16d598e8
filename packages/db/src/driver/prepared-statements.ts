import { createHmac, randomBytes } from "node:crypto";

/** What begins the names of a connection's statements; asked once for each connection. */
export type MakePrefix = () => string;

/** Prefixes of 132 bits out of one secret, so that opening a connection draws no randomness and none tells another. */
export const createPrefixes = (): MakePrefix => {
  const secret = randomBytes(32);
  let connections = 0;
  return () => createHmac("sha256", secret).update(String(connections++)).digest("base64url").slice(0, 22);
};

/** A text that a connection has prepared, or is about to. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
  /** Whether the server has it. */
  isParsed: boolean;
  /** How its rows are read; undefined until the server has described them. */
  columns: readonly Column[] | undefined;
}

/** A column of an answer, and what makes a value of its text. */
export interface Column {
  readonly name: string;
  readonly parse: (text: string) => unknown;
}

/** Statements that a connection keeps, at most: each costs the server some tens of kilobytes. */
const keptMax = 200;

/**
 * What a connection has prepared, by text. Names cannot be guessed, and no role of the server may list them, so that nobody who runs SQL
 * of his own on the connection can put a statement of his in the place of one of these.
 */
export class PreparedStatements {
  readonly #prefix: string;
  readonly #byText = new Map<string, PreparedStatement>();
  readonly #dropped: string[] = [];
  #made = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The statement of a text, used most recently from now on. */
  of(text: string): PreparedStatement {
    const known = this.#byText.get(text);
    if (known !== undefined) {
      // A map iterates in the order of insertion, so that the first is the one that was not used for longest.
      this.#byText.delete(text);
      this.#byText.set(text, known);
      return known;
    }
    const made: PreparedStatement = {
      name: `${this.#prefix}${this.#made++}`,
      text,
      isParsed: false,
      columns: undefined,
    };
    this.#byText.set(text, made);
    for (const oldest of this.#byText.keys()) {
      if (this.#byText.size <= keptMax) break;
      this.forget(oldest);
    }
    return made;
  }

  /** Another name from now on: whether the server has the statement is not known, or it is no longer what it was. */
  forget(text: string): void {
    const known = this.#byText.get(text);
    if (known === undefined) return;
    this.#byText.delete(text);
    this.#dropped.push(known.name);
  }

  /** The server has none of them any more. */
  forgetAll(): void {
    for (const text of this.#byText.keys()) this.forget(text);
  }

  /** Names to close with what is sent next. */
  takeDropped(): string[] {
    return this.#dropped.splice(0);
  }
}
