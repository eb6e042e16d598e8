import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "pg";

/** Watches how long sessions of one database wait for locks of any kind, from now until it is disposed. */
export class LockWaits implements AsyncDisposable {
  /** The longest wait that was seen, in milliseconds. */
  longestMs = 0;
  samples = 0;
  #isOver = false;
  readonly #running: Promise<void>;

  constructor(admin: Client) {
    this.#running = this.#watch(admin);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #watch(admin: Client): Promise<void> {
    for (; !this.#isOver; await pause(20)) {
      const { rows } = await admin.query<{ ms: number }>(
        `select coalesce(max(extract(epoch from clock_timestamp() - l.waitstart) * 1000), 0)::float as ms
         from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database()`,
      );
      this.longestMs = Math.max(this.longestMs, rows[0]?.ms ?? 0);
      this.samples += 1;
    }
  }
}
