import { injectIntoThread } from "@severalty/isolation/injected";
import type { Order } from "./open-world.ts";
import { answerQuestions, threadData } from "./thread.ts";

/** What a world begins with. */
export interface WorldData {
  readonly url: string;
  readonly seed: number;
  readonly startMs: number;
}

const { url, seed, startMs } = threadData<WorldData>();
const injected = injectIntoThread({ seed: `world/${seed}`, startMs });
// Only now: what it imports keeps clocks and sources of randomness.
const { openWorld } = await import("./open-world.ts");
const world = await openWorld(url, injected);

answerQuestions((order: Order) => world.do(order));
