import { injectIntoThread } from "@severalty/isolation/injected";
import { answerQuestions, threadData } from "./thread.ts";
import type { Setup } from "./make-worlds.ts";

/** What a setup begins with. */
export interface SetupData {
  readonly url: string;
  readonly seed: number;
  /** When the tenant is said to have been made, in milliseconds since 1970. */
  readonly startMs: number;
  /** B may share a person with A. */
  readonly shared?: Setup["shared"];
  /** Opens a grant for B. */
  readonly colleague?: Setup["colleague"];
}

const { url, seed, startMs, shared, colleague } = threadData<SetupData>();
const { now } = injectIntoThread({ seed: `setup/${seed}/${startMs}`, startMs });
const { makeAttacker, makeOther } = await import("./make-worlds.ts");

answerQuestions(async (who: "attacker" | "other") => {
  const setup: Setup = { url, nowMs: now(), shared, colleague };
  return who === "attacker" ? makeAttacker(setup) : makeOther(setup);
});
