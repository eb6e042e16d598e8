import type { RequestFacts } from "../context.ts";

/** What a request with that `Idempotency-Key` brings; `replays` counts the answers that were stored. */
export const withKey = (key: string, callCount = 1): Partial<RequestFacts> & { replays: number } => {
  const facts = {
    replays: 0,
    idempotency: {
      key,
      callCount,
      onReplayed: () => {
        facts.replays += 1;
      },
    },
  };
  return facts;
};
