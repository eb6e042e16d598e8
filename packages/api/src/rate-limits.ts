import { DomainError } from "@severalty/domain/errors";
import type { Pool } from "@severalty/db/orm";
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";

/** What is limited, and how often: `points` calls per `seconds`, for one key. */
const limits = {
  /** Per address: also bounds how fast taken slugs and e-mails can be asked for. */
  register: { points: 20, seconds: 60 * 60 },
  /** Per address and e-mail. */
  login: { points: 10, seconds: 15 * 60 },
  /** Per address, over all e-mails. */
  loginFromAddress: { points: 100, seconds: 15 * 60 },
} as const;

/** Invalid API keys, per address. Nobody guesses 256 bits: it bounds how often the database is asked for nothing. */
const invalidKeys = { points: 100, seconds: 15 * 60 } as const;

/** Limits that hold across all servers, kept in PostgreSQL, but for that on keys. */
export interface RateLimits {
  /** Uses one point of each key. Throws a `rate-limited` error with the seconds to wait once one has none left. */
  use(...uses: readonly { limit: keyof typeof limits; key: string }[]): Promise<void>;
  /** Throws likewise for an address that has sent too many invalid keys. Each server counts for itself, so that a call costs no query. */
  assertKeysWelcome(address: string): Promise<void>;
  countInvalidKey(address: string): Promise<void>;
}

/** Limits in `auth.rate_limits`, through the sign-in role's pool; `factor` multiplies every allowance. */
export const createRateLimits = (pool: Pool, factor: number): RateLimits => {
  const limiters = Object.fromEntries(
    Object.entries(limits).map(([name, { points, seconds }]) => [
      name,
      new RateLimiterPostgres({
        storeClient: pool,
        storeType: "pool",
        schemaName: "auth",
        tableName: "rate_limits",
        tableCreated: true,
        keyPrefix: name,
        points: points * factor,
        duration: seconds,
      }),
    ]),
  );
  const { points, seconds } = invalidKeys;
  const keys = new RateLimiterMemory({ points: points * factor, duration: seconds });
  return {
    async assertKeysWelcome(address) {
      const counted = await keys.get(address);
      if (counted !== null && counted.remainingPoints <= 0) refuse(counted);
    },
    async countInvalidKey(address) {
      await keys.penalty(address);
    },
    async use(...uses) {
      for (const { limit, key } of uses) await limiters[limit]?.consume(key).catch(refuse);
    },
  };
};

const refuse = (reason: unknown): never => {
  if (!(reason instanceof RateLimiterRes)) throw reason;
  const seconds = Math.ceil(reason.msBeforeNext / 1000);
  throw new DomainError("rate-limited", "request/rate-limited", `too many attempts: try again in ${seconds} seconds`);
};
