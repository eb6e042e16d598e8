import { clientFacts, SeveraltyError, toSeveraltyError } from "./severalty-error.ts";
import type { Tokens, TokenStore } from "./token-store.ts";
import { wait } from "./wait.ts";

/** Where tokens are kept, how they are renewed, and who is told of the end. */
export interface SessionOptions {
  readonly store: TokenStore;
  /** Trades a refresh token for new tokens. */
  readonly refresh: (refreshToken: string) => Promise<Tokens>;
  /** Called when the server has ended the session, with the error that says why. */
  readonly onSignedOut: (error: SeveraltyError) => void;
}

/** Whom a call began as, in all its attempts; null for nobody, undefined before the first. */
export interface Caller {
  userId?: string | null;
}

/** How long before its end an access token is renewed, in milliseconds. */
const renewAheadMs = 10_000;

/** Waits for another client of the same store to finish its renewal, in milliseconds. */
const renewalWaitsMs = [250, 500, 1_000, 2_000];

/** The tokens of one store, renewed once for however many calls need it. */
export class Session {
  readonly #options: SessionOptions;
  #renewal: { readonly userId: string; readonly tokens: Promise<Tokens> } | undefined;
  /** An access token that was old on arrival: this machine's clock is ahead, so that the server's word alone counts. */
  #oldOnArrival: string | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /**
   * Tokens for an attempt at a call, renewed if they are about to expire; null when nobody is signed in. Throws when that is another
   * than the call began as.
   */
  async current(caller: Caller): Promise<Tokens | null> {
    const tokens = await this.#options.store.get();
    const userId = tokens?.userId ?? null;
    if (caller.userId === undefined) caller.userId = userId;
    if (caller.userId !== userId) throw createSignedOutError();
    if (tokens === null || !isExpiring(tokens) || tokens.accessToken === this.#oldOnArrival) return tokens;
    return this.renew(tokens);
  }

  /** Tokens of the same user in place of refused ones. Throws when the server ends the session, or the user has signed out. */
  renew(refused: Tokens): Promise<Tokens> {
    const { userId } = refused;
    if (this.#renewal?.userId === userId) return this.#renewal.tokens;
    const renewal = { userId, tokens: this.#renew(refused).finally(() => this.#forget(renewal)) };
    this.#renewal = renewal;
    return renewal.tokens;
  }

  /** Keeps the tokens of a sign-in. */
  async begin(tokens: Tokens): Promise<void> {
    if (isExpiring(tokens)) this.#oldOnArrival = tokens.accessToken;
    await this.#options.store.set(tokens);
  }

  /** Forgets the tokens of whoever signed out; those of another, who signed in meanwhile, stay. */
  async end({ userId }: Caller): Promise<void> {
    const { store } = this.#options;
    if ((await store.get())?.userId === userId) await store.clear();
  }

  #forget(renewal: unknown): void {
    if (this.#renewal === renewal) this.#renewal = undefined;
  }

  async #renew(refused: Tokens): Promise<Tokens> {
    const { store, refresh } = this.#options;
    for (let attempt = 0; ; attempt++) {
      const held = await store.get();
      if (held?.userId !== refused.userId) throw createSignedOutError();
      if (held.accessToken !== refused.accessToken) return held;
      try {
        return await this.#replace(held, await refresh(held.refreshToken));
      } catch (cause) {
        const error = toSeveraltyError(cause);
        const waitMs = renewalWaitsMs[attempt];
        if (error.reason !== "auth/refresh-in-progress" || waitMs === undefined) throw await this.#fail(held, error);
        await wait(waitMs);
      }
    }
  }

  /** Tokens of somebody who signed in during the renewal stay, and after a sign-out there are none. */
  async #replace(used: Tokens, next: Tokens): Promise<Tokens> {
    if (!(await this.#isHeld(used))) throw createSignedOutError();
    await this.begin(next);
    return next;
  }

  async #fail(used: Tokens, error: SeveraltyError): Promise<SeveraltyError> {
    if (isFinal(error) && (await this.#isHeld(used))) {
      await this.#options.store.clear();
      this.#options.onSignedOut(error);
    }
    return error;
  }

  async #isHeld({ refreshToken }: Tokens): Promise<boolean> {
    return (await this.#options.store.get())?.refreshToken === refreshToken;
  }
}

const createSignedOutError = () =>
  new SeveraltyError(
    "the user signed out, or another one signed in, while the call was under way",
    clientFacts("client/signed-out"),
  );

const isExpiring = ({ expiresAt }: Tokens): boolean => Date.parse(expiresAt) - Date.now() < renewAheadMs;

/** The refresh token is worthless: refused, or its owner may not enter the tenant any more. */
const isFinal = ({ code }: SeveraltyError): boolean =>
  code === "UNAUTHORIZED" || code === "FORBIDDEN" || code === "BAD_REQUEST";
