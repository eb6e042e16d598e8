import type { AppRouter } from "@severalty/api/root";
import { createTRPCClient, type TRPCClient } from "@trpc/client";
import { authLink } from "./auth-link.ts";
import type { Fetch } from "./json-fetch.ts";
import { retryLink } from "./retry-link.ts";
import { sendLink } from "./send-link.ts";
import { Session } from "./session.ts";
import type { SeveraltyError } from "./severalty-error.ts";
import { createMemoryTokenStore, tokensOf, type TokenStore } from "./token-store.ts";

/** A typed client: `client.documents.byId.query({ id })`, `client.documents.create.mutate({ title })`. */
export type Client = TRPCClient<AppRouter>;

/** Which server, as whom, and how patiently. */
export interface ClientOptions {
  /** Where the server is, without `/trpc`: `https://api.example.com`. */
  readonly url: string;
  /** An API key to call with, in place of signing in: then there are no tokens to keep. */
  readonly apiKey?: string;
  /** Where tokens are kept; in memory when absent. */
  readonly tokens?: TokenStore;
  /** Called once when the server has ended the session and the tokens are cleared; not on `auth.logout`. */
  readonly onSignedOut?: (error: SeveraltyError) => void;
  /** How often a query, or a mutation with an idempotency key, is repeated after a passing failure, at most; 2 when absent, 0 for never. */
  readonly retries?: number;
  /** The wait before the first repetition, in milliseconds, half of it at random; doubles each time up to 5 s; 250 when absent. */
  readonly retryDelayMs?: number;
  /** The `fetch` to use instead of the global one. */
  readonly fetch?: Fetch;
}

/**
 * A client of one server, signed in as at most one user at a time, or calling with an API key. It keeps the tokens of every sign-in, renews
 * them when they expire, once for all calls, and throws `SeveraltyError`. Throws a TypeError for both an API key and a token store.
 */
export const createClient = (options: ClientOptions): Client => {
  const { url, retries = 2, retryDelayMs = 250 } = options;
  const repeat = retryLink({ retries, retryDelayMs });
  const send = sendLink(
    `${url.replace(/\/+$/, "")}/trpc`,
    options.fetch ?? ((...request) => globalThis.fetch(...request)),
    options.apiKey,
  );
  if (options.apiKey !== undefined) {
    if (options.tokens !== undefined) throw new TypeError("createClient takes apiKey or tokens, not both");
    return createTRPCClient<AppRouter>({ links: [repeat, send] });
  }
  const signedOut = createTRPCClient<AppRouter>({ links: [send] });
  const session = new Session({
    store: options.tokens ?? createMemoryTokenStore(),
    refresh: async (refreshToken) => tokensOf(await signedOut.auth.refresh.mutate({ refreshToken })),
    onSignedOut: (error) => options.onSignedOut?.(error),
  });
  return createTRPCClient<AppRouter>({ links: [repeat, authLink(session), send] });
};
