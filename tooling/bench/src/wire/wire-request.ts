/** What the process between a server and its database is asked; each is answered by a number. */
export type WireRequest =
  /** A port of its own that leads to the target; answered by it. */
  | { readonly kind: "listen"; readonly targetPort: number }
  /** How long a round trip takes from now on. */
  | { readonly kind: "delay"; readonly rttMs: number }
  /** Round trips so far, on all connections. */
  | { readonly kind: "count" };
