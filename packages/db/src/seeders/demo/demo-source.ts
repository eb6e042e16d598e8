import { createNewId, type AnyId } from "@severalty/domain/ids";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

const dayMs = 86_400_000;

/** Chance that repeats itself: the same seed and day give the same values, in the order in which they are asked for. */
export class DemoSource {
  readonly #random: ReturnType<typeof xoroshiro128plus>;
  readonly #midnight: number;

  /** `now`: what is made lies before the beginning of that day, in UTC. */
  constructor(seed: number, now: Date) {
    this.#random = xoroshiro128plus(seed);
    this.#midnight = Math.floor(now.getTime() / dayMs) * dayMs;
  }

  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number {
    return uniformInt(this.#random, from, to);
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.int(0, items.length - 1)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  /** A moment in the last `days` days. */
  past(days: number): Date {
    return new Date(this.#midnight - this.int(1, days * dayMs));
  }

  /** A UUID of version 7 as if made at that moment. */
  id<Id extends AnyId>(at: Date): Id {
    const random = () => Uint8Array.from({ length: 16 }, () => this.int(0, 255));
    return createNewId({ clock: () => at.getTime(), random })<Id>();
  }
}
