export { createClient, type Client, type ClientOptions } from "./create-client.ts";
export { withIdempotencyKey } from "./idempotency.ts";
export type { Inputs, Outputs } from "./inference.ts";
export type { Fetch } from "./json-fetch.ts";
export { SeveraltyError, type ErrorCode } from "./severalty-error.ts";
export { createMemoryTokenStore, type Tokens, type TokenStore } from "./token-store.ts";
