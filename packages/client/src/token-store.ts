import type { Outputs } from "./inference.ts";

/** What a signed-in client keeps. Whoever has it is the user: store it accordingly. */
export interface Tokens {
  readonly accessToken: string;
  /** Good for one use; each use answers the next one. */
  readonly refreshToken: string;
  /** When the access token expires, ISO 8601. */
  readonly expiresAt: string;
  /** The user, of one tenant, that they stand for: a call that began as one user is never repeated as another. */
  readonly userId: string;
}

/**
 * Where a client keeps its tokens. One store may serve several clients (tabs, processes): before a client renews tokens it reads the
 * store again and takes what another one has put there.
 */
export interface TokenStore {
  /** The tokens that were set last, null when there are none. */
  get(): Tokens | null | Promise<Tokens | null>;
  set(tokens: Tokens): void | Promise<void>;
  clear(): void | Promise<void>;
}

/** A store that lives as long as the program. */
export const createMemoryTokenStore = (tokens: Tokens | null = null): TokenStore => {
  let held = tokens;
  return {
    get: () => held,
    set: (next) => {
      held = next;
    },
    clear: () => {
      held = null;
    },
  };
};

/** What of a sign-in's answer is kept. */
export const tokensOf = ({ accessToken, refreshToken, expiresAt, user }: Outputs["auth"]["login"]): Tokens => ({
  accessToken,
  refreshToken,
  expiresAt,
  userId: user.id,
});
