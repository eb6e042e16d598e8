import { TokenError } from "@severalty/auth/access-token";
import type { Client } from "@severalty/db/identity/session";
import type { Principal } from "@severalty/db/tenancy/principal";
import { forkForTenant } from "@severalty/db/tenancy/with-tenant";
import type { EntityManager } from "@severalty/db/orm";
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
  /** Who calls, by a verified token that the database has yet to confirm; absent without a token. */
  readonly principal?: Principal;
  /** Why the token that was sent is not accepted. */
  readonly tokenError?: TokenError;
  /** @internal Enters the principal's tenant in every transaction; without a principal it reaches no row. */
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

export interface RequestFacts {
  readonly authorization: string | undefined;
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
  const who = identify(services, facts.authorization);
  const em =
    who.principal === undefined
      ? services.app.em.fork()
      : forkForTenant(services.app.em, who.principal, { requestId, action: "request" });
  return { requestId, log, client, idempotency, em, services, ...who };
};

const identify = (
  { accessTokens }: Services,
  authorization: string | undefined,
): { principal?: Principal; tokenError?: TokenError } => {
  if (authorization === undefined) return {};
  const [, token] = /^Bearer ([^\s]+)$/i.exec(authorization) ?? [];
  if (token === undefined) return { tokenError: new TokenError("auth/token-invalid") };
  try {
    const { sessionId, userId, tenantId, role } = accessTokens.verify(token);
    if (!isRole(role)) return { tokenError: new TokenError("auth/token-invalid") };
    return { principal: { sessionId, userId, tenantId, role } };
  } catch (error) {
    if (error instanceof TokenError) return { tokenError: error };
    throw error;
  }
};
