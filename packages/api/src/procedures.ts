import type { EntityManager } from "@severalty/db/orm";
import { actorOf } from "@severalty/db/tenancy/principal";
import { recordFailure } from "@severalty/db/tenancy/record-failure";
import { withTenant } from "@severalty/db/tenancy/with-tenant";
import { DomainError } from "@severalty/domain/errors";
import { isPermitted, type Permission } from "@severalty/domain/permission";
import { getTRPCErrorFromUnknown } from "@trpc/server";
import { z } from "zod";
import { toProtocolError } from "./errors.ts";
import { keyedCallOf, runOnce } from "./run-once.ts";
import { t } from "./trpc.ts";

export const { router, createCallerFactory } = t;

/** Nothing, or an empty object for callers that always send one. */
export const noInput = z.strictObject({}).nullish();

/** Anybody may call it. Errors leave with their protocol code. */
export const publicProcedure = t.procedure.use(async ({ next }) => {
  const result = await next();
  if (!result.ok) throw toProtocolError(result.error);
  return result;
});

/** Needs an access token that is ours and alive; what it claims is confirmed by the first transaction. */
export const authedProcedure = publicProcedure.use(({ ctx, next }) => {
  if (ctx.tokenError !== undefined) throw ctx.tokenError;
  if (ctx.principal === undefined) {
    throw new DomainError("unauthenticated", "auth/no-token", "sign in first: the request bears no access token");
  }
  return next({ ctx: { principal: ctx.principal } });
});

export interface TenantProcedureOptions {
  /** `secret`: the answer bears one, so that it is stored for no `Idempotency-Key`. Default `plain`. */
  readonly answer?: "plain" | "secret";
}

/**
 * A call within the caller's tenant: permission, then input, then one transaction that has entered the tenant and in which the
 * handler's `ctx.em` works; read-only for a query. A failed call leaves nothing behind but its audit row. A mutation with an
 * `Idempotency-Key` has one effect and one answer, however often it is sent.
 */
export const tenantProcedure = <Input extends z.ZodType>(
  permission: Permission,
  input: Input,
  { answer = "plain" }: TenantProcedureOptions = {},
) =>
  authedProcedure
    .use(async ({ ctx, path, next }) => {
      if (isPermitted(ctx.principal.role, permission)) return next();
      const error = new DomainError(
        "forbidden",
        "auth/forbidden",
        `the role ${ctx.principal.role} lacks ${permission}`,
      );
      await recordFailure(ctx.em, ctx.principal, { requestId: ctx.requestId, action: path }, "denied", error.reason);
      throw error;
    })
    .input(input)
    .use(async ({ ctx, path, type, input: parsed, next }) => {
      const occasion = { requestId: ctx.requestId, action: path };
      const call = { procedure: path, input: parsed, bearsSecret: answer === "secret" };
      const keyed = type === "mutation" ? keyedCallOf(ctx, call) : undefined;
      const work = async (em: EntityManager) => {
        const result = await next({ ctx: { em } });
        // A middleware never sees a throw: without this line the transaction of a failed call would commit.
        if (!result.ok) throw result.error;
        return result;
      };
      try {
        if (keyed === undefined)
          return await withTenant(ctx.em, ctx.principal, { ...occasion, readOnly: type === "query" }, work);
        const { result, isReplay } = await withTenant(ctx.em, ctx.principal, occasion, (em) =>
          runOnce(em, { ...keyed, actorId: actorOf(ctx.principal) }, () => work(em)),
        );
        if (isReplay) ctx.idempotency?.onReplayed();
        return result;
      } catch (error) {
        if (type === "mutation") await recordFailure(ctx.em, ctx.principal, occasion, "error", reasonOf(error));
        throw error;
      }
    });

const reasonOf = (error: unknown): string => {
  const { cause } = toProtocolError(getTRPCErrorFromUnknown(error));
  return cause instanceof DomainError ? cause.reason : "server/unexpected";
};
