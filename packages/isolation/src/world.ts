/** One call of a procedure, as it travels. */
export interface Call {
  /** Names the call in both worlds: clock, ids and randomness are a function of it. Never the same for two calls of a run. */
  readonly moment: number;
  readonly procedure: string;
  readonly type: "query" | "mutation" | "subscription";
  readonly input: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Queries for the row that the call answered, by `{ id }`, before it is taken back: what was written in one call may leak in the next.
   * Their answers are part of what the call did.
   */
  readonly readBack?: readonly string[];
}

/** What came back, unread and unchanged. */
export interface Answer {
  readonly status: number;
  /** Names and values in turn, in the order and spelling in which they came. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** A call's answer and what it did. */
export interface Outcome {
  readonly answer: Answer;
  /** Every row that the call added (`+`) or took away (`-`), the other tenant's apart, and what was answered of it. */
  readonly changes: readonly string[];
  /** Places where the other tenant's rows are not byte for byte what they were. */
  readonly otherChanges: readonly string[];
}

/**
 * A system under test. Each call begins at the same state, clock, ids and randomness, whatever the calls before it did: a world puts itself
 * back. Of the twins, one has the other tenant in it, and in the other he never was; nothing else tells them apart.
 */
export interface World {
  run(calls: readonly Call[]): Promise<readonly Outcome[]>;
}
