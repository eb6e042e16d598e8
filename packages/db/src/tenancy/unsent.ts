import type { EntityManager } from "@mikro-orm/postgresql";
import { transactionIn } from "../driver/tenant-connection.ts";

/**
 * A write that has not been sent. Whoever awaits it sends it, as any other. A handler that answers it untouched, or by `last` where it is
 * async, leaves it to its procedure, which knows that nothing follows and has COMMIT travel with it.
 */
export class Unsent<Result> extends Promise<Result> {
  readonly #em: EntityManager;
  readonly #work: (last: () => void) => Promise<Result>;
  #sent: Promise<Result> | undefined;

  /** `work` calls `last` right before it asks for its last statement. */
  constructor(em: EntityManager, work: (last: () => void) => Promise<Result>) {
    super(() => undefined);
    this.#em = em;
    this.#work = work;
  }

  /** What `then` makes of it is a promise like any other. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** For an async handler to answer, which would await the write itself: its procedure sends it, and answers what it answers. */
  last(): Promise<Result> {
    // Nobody but the procedure sees what is held: `tenantProcedure` puts the write's answer in its place.
    return Promise.resolve(new HeldWrite(this)) as Promise<unknown> as Promise<Result>;
  }

  /** The write, with COMMIT behind its last statement unless it was sent before. */
  sendLast(): Promise<Result> {
    return (this.#sent ??= this.#work(() => transactionIn(this.#em)?.endWithNext()));
  }

  // eslint-disable-next-line unicorn/no-thenable -- it is a promise, which is kept lazily
  override then<Then = Result, Catch = never>(
    onFulfilled?: ((value: Result) => Then | PromiseLike<Then>) | null,
    onRejected?: ((reason: unknown) => Catch | PromiseLike<Catch>) | null,
  ): Promise<Then | Catch> {
    return (this.#sent ??= this.#work(() => undefined)).then(onFulfilled, onRejected);
  }
}

/** A write out of reach of whatever awaits answers. */
export class HeldWrite<Result> {
  readonly write: Unsent<Result>;
  constructor(write: Unsent<Result>) {
    this.write = write;
  }
}
