import { TokenError } from "@severalty/auth/access-token";
import { parseApiKey } from "@severalty/auth/api-key";
import type { Client } from "@severalty/db/identity/session";
import type { Principal } from "@severalty/db/tenancy/principal";
import type { EntityManager } from "@severalty/db/orm";
import { InvalidApiKeyError } from "@severalty/domain/api-key";
import { DomainError } from "@severalty/domain/errors";
import { isRole } from "@severalty/domain/permission";
import type { Logger } from "pino";
import type { Services } from "./services.ts";

/** What one HTTP request brings; its calls, if it is a batch, share it. */
export interface Context {
  readonly requestId: string;
  /** @internal */
  readonly log: Logger;
  readonly client: Client;
  /** Present if the request bears an `Idempotency-Key`. */
  readonly idempotency?: IdempotencyFacts | undefined;
  /** Who calls, by a verified token or a well-formed key that the database has yet to confirm; absent without either. */
  readonly principal?: Principal;
  /** Why the token or key that was sent is not accepted. */
  readonly refusal?: DomainError;
  /** @internal Makes entity managers, and reaches no row: that of a procedure's transaction takes its place. */
  readonly em: EntityManager;
  /** @internal */
  readonly services: Services;
}

/** What a request says of doing it once only. */
export interface IdempotencyFacts {
  /** The header's value, not yet checked. */
  readonly key: string;
  /** Calls in the request, of which a key can name but one. */
  readonly callCount: number;
  /** Called before an answer that was stored leaves. */
  readonly onReplayed: () => void;
}

/** What is read of a request before anything is asked of the database. */
export interface RequestFacts {
  readonly authorization: string | undefined;
  /** The header `X-Api-Key`. */
  readonly apiKey: string | undefined;
  readonly requestId: string;
  readonly log: Logger;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly idempotency?: IdempotencyFacts | undefined;
}

/** Turns a request's headers into a context. Sends no query. */
export const createContext = (services: Services, facts: RequestFacts): Context => {
  const { requestId, log, idempotency } = facts;
  const client: Client = { requestId, ip: facts.ip, userAgent: facts.userAgent?.slice(0, 500) ?? null };
  return { requestId, log, client, idempotency, em: services.app.em, services, ...identify(services, facts) };
};

type Identity = Pick<Context, "principal" | "refusal">;

const identify = (services: Services, { authorization, apiKey }: RequestFacts): Identity => {
  if (authorization !== undefined && apiKey !== undefined) {
    const message = "send either Authorization or X-Api-Key: which of the two should count?";
    return { refusal: new DomainError("invalid-input", "auth/two-credentials", message) };
  }
  if (apiKey !== undefined) return byApiKey(apiKey);
  return authorization === undefined ? {} : byToken(services, authorization);
};

const byApiKey = (apiKey: string): Identity => {
  const parsed = parseApiKey(apiKey);
  if (parsed === undefined) return { refusal: new InvalidApiKeyError() };
  return { principal: { kind: "apiKey", keyHash: parsed.hash } };
};

const byToken = ({ accessTokens }: Services, authorization: string): Identity => {
  const [, token] = /^Bearer ([^\s]+)$/i.exec(authorization) ?? [];
  if (token === undefined) return { refusal: new TokenError("auth/token-invalid") };
  try {
    const { sessionId, userId, tenantId, role } = accessTokens.verify(token);
    if (!isRole(role)) return { refusal: new TokenError("auth/token-invalid") };
    return { principal: { kind: "user", sessionId, userId, tenantId, role } };
  } catch (error) {
    if (error instanceof TokenError) return { refusal: error };
    throw error;
  }
};
