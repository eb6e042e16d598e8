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
  /** Per administrator of the platform: a grant for all writes to every tenant's log. */
  openGrant: { points: 30, seconds: 60 * 60 },
} as const;

/** Invalid API keys, per address. Nobody guesses 256 bits: it bounds how often the database is asked for nothing. */
const invalidKeys = { points: 100, seconds: 15 * 60 } as const;

/** Keys that a server remembers to have been valid: those used last. */
const validKeysMax = 10_000;

/** Limits that hold across all servers, kept in PostgreSQL, but for that on keys. */
export interface RateLimits {
  /** Uses one point of each key. Throws a `rate-limited` error with the seconds to wait once one has none left. */
  use(...uses: readonly { limit: keyof typeof limits; key: string }[]): Promise<void>;
  /**
   * Throws likewise for an address that has sent too many invalid keys, unless this key was valid when it was used last: whoever shares
   * an address with others does not suffer for them. Each server counts for itself, so that a call costs no query.
   */
  assertKeyWelcome(address: string, keyHash: Uint8Array): Promise<void>;
  noteValidKey(keyHash: Uint8Array): void;
  countInvalidKey(address: string, keyHash: Uint8Array): Promise<void>;
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
  const valid = new Set<string>();
  return {
    async assertKeyWelcome(address, keyHash) {
      if (valid.has(hex(keyHash))) return;
      const counted = await keys.get(address);
      if (counted !== null && counted.remainingPoints <= 0) refuse(counted);
    },
    noteValidKey(keyHash) {
      const hash = hex(keyHash);
      // Sets keep the order of insertion: what was used last stands last, and goes last.
      valid.delete(hash);
      valid.add(hash);
      const [oldest] = valid;
      if (valid.size > validKeysMax && oldest !== undefined) valid.delete(oldest);
    },
    async countInvalidKey(address, keyHash) {
      valid.delete(hex(keyHash));
      await keys.penalty(address);
    },
    async use(...uses) {
      for (const { limit, key } of uses) await limiters[limit]?.consume(key).catch(refuse);
    },
  };
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const refuse = (reason: unknown): never => {
  if (!(reason instanceof RateLimiterRes)) throw reason;
  const seconds = Math.ceil(reason.msBeforeNext / 1000);
  throw new DomainError("rate-limited", "request/rate-limited", `too many attempts: try again in ${seconds} seconds`);
};
