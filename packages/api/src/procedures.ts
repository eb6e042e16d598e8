import type { EntityManager } from "@severalty/db/orm";
import { noteKeyUse } from "@severalty/db/tenancy/api-keys";
import type { Actor, Principal, UserPrincipal } from "@severalty/db/tenancy/principal";
import { recordFailure } from "@severalty/db/tenancy/record-failure";
import { HeldWrite, Unsent } from "@severalty/db/tenancy/unsent";
import { withTenant } from "@severalty/db/tenancy/with-tenant";
import { InvalidApiKeyError } from "@severalty/domain/api-key";
import { DomainError } from "@severalty/domain/errors";
import { permissionsOf, type Permission } from "@severalty/domain/permission";
import { getTRPCErrorFromUnknown } from "@trpc/server";
import { z } from "zod";
import type { Context } from "./context.ts";
import { toProtocolError } from "./errors.ts";
import { logFailure } from "./log-failure.ts";
import { limitedAddress } from "./limited-address.ts";
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

type Caller = { readonly [Part in "refusal" | "principal"]?: Context[Part] | undefined };

/** Who calls, by an access token that is ours and alive or by an API key; the first transaction confirms it. Throws without either. */
const principalOf = ({ refusal, principal }: Caller): Principal => {
  if (refusal !== undefined) throw refusal;
  if (principal !== undefined) return principal;
  throw new DomainError("unauthenticated", "auth/no-token", "sign in first: the request bears no access token");
};

/** Needs an access token: what concerns a session or a person makes no sense for a key. */
export const userProcedure = publicProcedure.use(({ ctx, next }) => {
  const principal = principalOf(ctx);
  assertUser(principal);
  return next({ ctx: { principal } });
});

/** The keys of every variant of a union; those of an object without any are none, whatever its index signature says. */
type KeysOf<Value> = Value extends unknown ? (string extends keyof Value ? never : keyof Value) : never;

/** What no input fulfils that has a tenant in it: the tenant is the one that the call has entered. */
type NamesNoTenant<Input extends z.ZodType> =
  "tenantId" extends KeysOf<NonNullable<z.input<Input>>>
    ? "an input must not name a tenant: the call has entered the caller's"
    : unknown;

/** What sets a procedure apart from a plain one. */
export interface TenantProcedureOptions {
  /** Needed beside the first permission, for a procedure that reaches rows of several nouns. */
  readonly also?: readonly Permission[];
  /** `secret`: the answer bears one, so that it is stored for no `Idempotency-Key`. Default `plain`. */
  readonly answer?: "plain" | "secret";
  /** An API key is refused before anything else, whatever it may do. */
  readonly isForUsers?: boolean;
}

/**
 * A call within the caller's tenant: permission, then input, then one transaction that has entered the tenant and in which the
 * handler's `ctx.em` works; read-only for a query. `ctx.actor` is who acts. What a key may do only the database knows, so that for a key
 * the permission is looked at right after entering. A failed call leaves nothing behind but its audit row. A mutation with an
 * `Idempotency-Key` has one effect and one answer, however often it is sent.
 */
export const tenantProcedure = <Input extends z.ZodType>(
  permission: Permission,
  input: Input & NamesNoTenant<Input>,
  { also = [], answer = "plain", isForUsers = false }: TenantProcedureOptions = {},
) => {
  const lackedBy = (held: ReadonlySet<Permission>) => [permission, ...also].find((needed) => !held.has(needed));
  const procedure = publicProcedure
    .use(async ({ ctx, path, next }) => {
      const { requestId } = ctx;
      const principal = principalOf(ctx);
      if (isForUsers) assertUser(principal);
      // Before the input, of which anybody may send as much as a document has.
      if (principal.kind === "apiKey")
        await ctx.services.rateLimits.assertKeyWelcome(limitedAddress(ctx.client.ip), principal.keyHash);
      const lacked = principal.kind === "apiKey" ? undefined : lackedBy(permissionsOf[principal.role]);
      if (principal.kind === "apiKey" || lacked === undefined) return next({ ctx: { principal } });
      const error = createForbidden(`the role ${principal.role}`, lacked);
      await recordFailure(ctx.em, principal, { requestId, action: path }, "denied", error.reason);
      throw error;
    })
    .input<Input>(input)
    .use(async ({ ctx, path, type, input: parsed, next }) => {
      const { principal, requestId, services } = ctx;
      const address = limitedAddress(ctx.client.ip);
      const occasion = { requestId, action: path };
      const call = { procedure: path, input: parsed, bearsSecret: answer === "secret" };
      const keyed = type === "mutation" ? keyedCallOf(ctx, call) : undefined;
      const work = async (em: EntityManager, actor: Actor) => {
        if (principal.kind === "apiKey") services.rateLimits.noteValidKey(principal.keyHash);
        const lacked = lackedBy(actor.permissions);
        if (lacked !== undefined) throw createForbidden("the API key", lacked);
        const run = async (sendOf: SendOf) => {
          const result = await next({ ctx: { em, actor } });
          // A middleware never sees a throw: without this line the transaction of a failed call would commit.
          if (!result.ok) throw result.error;
          return result.data instanceof HeldWrite ? { ...result, data: await sendOf(result.data.write) } : result;
        };
        if (keyed === undefined) return { result: await run((write) => write.sendLast()), isReplay: false, actor };
        return { ...(await runOnce(em, { ...keyed, actorId: actor.id }, () => run((write) => write))), actor };
      };
      try {
        const options = { ...occasion, readOnly: type === "query" };
        const { result, isReplay, actor } = await withTenant(ctx.em, principal, options, work);
        if (isReplay) ctx.idempotency?.onReplayed();
        // The call is done, and whatever becomes of the note cannot undo it.
        await noteKeyUse(ctx.em, principal, actor, requestId).catch((error: unknown) =>
          logFailure(ctx.log, "apiKeys.use", getTRPCErrorFromUnknown(error)),
        );
        return result;
      } catch (error) {
        const known = domainErrorOf(error);
        if (known instanceof InvalidApiKeyError && principal.kind === "apiKey")
          await services.rateLimits.countInvalidKey(address, principal.keyHash);
        else if (known?.kind === "forbidden" || type === "mutation") {
          const outcome = known?.kind === "forbidden" ? "denied" : "error";
          await recordFailure(ctx.em, principal, occasion, outcome, known?.reason ?? "server/unexpected");
        }
        throw error;
      }
    });
  return holdingWrites(procedure);
};

type SendOf = (write: Unsent<unknown>) => Promise<unknown>;

/** Makes mutations whose handler may answer a write that it has not awaited: nothing of the call can follow it, so COMMIT travels with it. */
const holdingWrites = <Procedure extends { mutation: (handler: never) => unknown }>(
  procedure: Procedure,
): Procedure => {
  const mutation = (handler: (options: never) => unknown) =>
    procedure.mutation(((options: never) => {
      const answer = handler(options);
      return answer instanceof Unsent ? answer.last() : answer;
    }) as never);
  // Of the builder's methods this one alone is another; its type is the same, because a held write becomes what it promises.
  return { ...procedure, mutation };
};

function assertUser(principal: Principal): asserts principal is UserPrincipal {
  if (principal.kind === "user") return;
  throw new DomainError("forbidden", "auth/user-only", "only a signed-in user can do this: an API key is nobody");
}

const createForbidden = (who: string, permission: Permission) =>
  new DomainError("forbidden", "auth/forbidden", `${who} lacks ${permission}`);

/** The refusal that a caller will be told of, if the error is one. */
export const domainErrorOf = (error: unknown): DomainError | undefined => {
  const { cause } = toProtocolError(getTRPCErrorFromUnknown(error));
  return cause instanceof DomainError ? cause : undefined;
};
