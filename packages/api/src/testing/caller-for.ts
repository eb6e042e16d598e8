import type { UserPrincipal } from "@severalty/db/tenancy/principal";
import { createContext, type Context, type RequestFacts } from "../context.ts";
import { createCallerFactory } from "../procedures.ts";
import { appRouter } from "../root.ts";
import type { Services } from "../services.ts";

/** Who calls: the bearer of a token for that principal, of that `Authorization` header, or of nothing. */
export type Who = UserPrincipal | string | undefined;

/** Calls procedures in this process, typed, by the way of a real token; errors are thrown as `TRPCError`. */
export const callerFor = (services: Services, who: Who, facts?: Partial<RequestFacts>) =>
  createCaller(contextFor(services, who, facts));

export const createCaller = createCallerFactory(appRouter);

/** The context of one request. */
export const contextFor = (services: Services, who: Who, facts: Partial<RequestFacts> = {}): Context =>
  createContext(services, {
    authorization: typeof who === "object" ? bearerOf(services, who) : who,
    apiKey: undefined,
    requestId: "request-of-a-test",
    log: services.log,
    ip: "203.0.113.7",
    userAgent: "vitest",
    ...facts,
  });

/** The `Authorization` header of somebody who signed in. */
export const bearerOf = ({ accessTokens }: Services, { sessionId, userId, tenantId, role }: UserPrincipal): string => {
  const claims = { sessionId, userId, tenantId, role, email: "caller@example.com", teamId: null };
  return `Bearer ${accessTokens.sign(claims).token}`;
};
