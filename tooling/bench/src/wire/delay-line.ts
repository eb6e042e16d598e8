/** Does things after a delay of fractions of a millisecond, in the order in which they were given. */
export class DelayLine {
  #delayMs = 0;
  readonly #due: { readonly at: number; readonly run: () => void }[] = [];
  #isTurning = false;

  /** From the next `add` on. */
  set delayMs(delayMs: number) {
    this.#delayMs = delayMs;
  }

  add(run: () => void): void {
    if (this.#delayMs === 0 && this.#due.length === 0) return run();
    this.#due.push({ at: performance.now() + this.#delayMs, run });
    if (!this.#isTurning) this.#turn();
  }

  /** A timer's grain is a millisecond: while something is due, the loop turns without pause, and reads sockets meanwhile. */
  readonly #turn = (): void => {
    this.#isTurning = true;
    for (let [next] = this.#due; next !== undefined && next.at <= performance.now(); [next] = this.#due) {
      this.#due.shift();
      next.run();
    }
    this.#isTurning = this.#due.length > 0;
    if (this.#isTurning) setImmediate(this.#turn);
  };
}
