/** Calls back after some milliseconds, about; one call at a time. */
export type Alarm = (afterMs: number, ring: () => void) => void;

/** How long before something is due the loop turns without pause, in milliseconds: an alarm may be late by that much. */
const spinMs = 0.15;

/** Does things after a delay of fractions of a millisecond, in the order in which they were given. */
export class DelayLine {
  readonly #alarm: Alarm;
  #delayMs = 0;
  readonly #due: { readonly at: number; readonly run: () => void }[] = [];
  #isTurning = false;

  constructor(alarm: Alarm) {
    this.#alarm = alarm;
  }

  /** From the next `add` on. */
  set delayMs(delayMs: number) {
    this.#delayMs = delayMs;
  }

  add(run: () => void): void {
    if (this.#delayMs === 0 && this.#due.length === 0) return run();
    this.#due.push({ at: performance.now() + this.#delayMs, run });
    if (!this.#isTurning) this.#turn();
  }

  readonly #turn = (): void => {
    this.#isTurning = true;
    for (let [next] = this.#due; next !== undefined && next.at <= performance.now(); [next] = this.#due) {
      this.#due.shift();
      next.run();
    }
    const [next] = this.#due;
    this.#isTurning = next !== undefined;
    if (next === undefined) return;
    const sleepMs = next.at - performance.now() - spinMs;
    if (sleepMs > 0) this.#alarm(sleepMs, this.#turn);
    else setImmediate(this.#turn);
  };
}
