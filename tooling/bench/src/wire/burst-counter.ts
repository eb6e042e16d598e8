/**
 * Counts round trips on one connection: a burst is everything that the client sends until the server next says something, and each burst
 * that the server answers costs the network once. So statements that are sent together count once, however many there are.
 */
export class BurstCounter {
  #isClients = false;
  #count = 0;

  fromClient(): void {
    this.#isClients = true;
  }

  fromServer(): void {
    if (this.#isClients) this.#count++;
    this.#isClients = false;
  }

  /** Bursts that were answered so far. */
  get count(): number {
    return this.#count;
  }
}
