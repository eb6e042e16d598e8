import type { Server } from "node:http";

/** What a connection may take at most, in milliseconds. */
export interface ConnectionBounds {
  /** Without a byte that passes either way; longer than any call takes, which the database ends after half a minute. */
  readonly silenceMs: number;
  /** From the first byte of a request to its last. */
  readonly requestMs: number;
}

/**
 * Ends connections of callers who never finish their request or never read their answer: what they sent, or are owed, is kept in memory for
 * as long. Node alone waits five minutes for the one and for ever for the other.
 */
export const boundConnections = (
  server: Server,
  { silenceMs, requestMs }: ConnectionBounds = { silenceMs: 120_000, requestMs: 60_000 },
): void => {
  server.setTimeout(silenceMs);
  server.requestTimeout = requestMs;
  // Node takes the longer of the two for the request's.
  server.headersTimeout = Math.min(server.headersTimeout, requestMs);
};
