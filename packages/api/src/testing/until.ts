import { setTimeout as pause } from "node:timers/promises";

/** Waits for something to come to pass, by asking again and again. Throws when it has not within a minute. */
export const until = async (what: string, hasCome: () => boolean | Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 60_000; !(await hasCome()); await pause(10)) {
    if (Date.now() > end) throw new Error(`within a minute it did not come to pass that ${what}`);
  }
};
