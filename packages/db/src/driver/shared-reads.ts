import { sqlStateOf } from "../database-error.ts";
import { asError } from "./as-error.ts";
import { isRefusal, unclean, type Entry } from "./entry.ts";
import { isStale, type Answer, type FlightStatement } from "./flight.ts";
import type { OneStatementClient } from "./one-statement-client.ts";

/** What becomes of statements that travelled together. */
type Landing =
  | { readonly answers: readonly Answer[] }
  /** `failed` is the place of the statement that failed; -1 for entering. */
  | { readonly error: unknown; readonly failed: number };

/** Statements that wait for a connection. */
interface Company {
  readonly statements: FlightStatement[];
  readonly landing: Promise<Landing>;
}

/**
 * Reads of which each enters in the message that it travels in. Those of one request that ask while a connection is being found for the first
 * of them travel together behind one entry: calls of a batch, say. They are of one session, one member and one role, and may only read, so that
 * each gets what it would have got alone; a failure is that of its own statement, and the others ask again.
 */
export class SharedReads {
  readonly #connect: () => Promise<OneStatementClient>;
  readonly #waiting = new Map<string, Company>();

  constructor(connect: () => Promise<OneStatementClient>) {
    this.#connect = connect;
  }

  /**
   * One answer for each statement. Undefined when the connection carries what another has left in it: nothing was asked. Throws what the server
   * says of entering or of one of the statements.
   */
  async ask(entry: Entry, statements: readonly FlightStatement[]): Promise<readonly Answer[] | undefined> {
    const company = this.#companyOf(entry);
    const first = company.statements.push(...statements) - statements.length;
    const landing = await company.landing;
    if ("answers" in landing) return landing.answers.slice(first, first + statements.length);
    const { error, failed } = landing;
    const isOwn = failed >= first && failed < first + statements.length;
    const asksAgain = failed >= 0 && (!isOwn || isStale(error));
    return outcomeOf(asksAgain ? await this.#fly(entry, statements) : landing);
  }

  /** Whoever enters as somebody else, or for another request, travels apart. The procedure is told to audit rows alone, and reads write none. */
  #companyOf(entry: Entry): Company {
    const key = JSON.stringify(entry.parameters.slice(0, -1));
    const known = this.#waiting.get(key);
    if (known !== undefined) return known;
    const statements: FlightStatement[] = [];
    const company = { statements, landing: this.#fly(entry, statements, () => this.#waiting.delete(key)) };
    this.#waiting.set(key, company);
    return company;
  }

  /** `onLeaving` is called when nothing can be added any more. */
  async #fly(entry: Entry, statements: readonly FlightStatement[], onLeaving?: () => void): Promise<Landing> {
    const client = await this.#connect().finally(onLeaving);
    const flight = client.fly([{ ...entry, isUnnamed: true }, ...statements]);
    try {
      const [, ...answers] = await flight.answers;
      client.release();
      return { answers };
    } catch (error) {
      const failed = flight.answered - 1;
      client.release(failed < 0 && !isRefusal(sqlStateOf(error)) ? asError(error) : undefined);
      return { error, failed };
    }
  }
}

const outcomeOf = (landing: Landing): readonly Answer[] | undefined => {
  if ("answers" in landing) return landing.answers;
  if (landing.failed < 0 && sqlStateOf(landing.error) === unclean) return undefined;
  throw landing.error;
};
