import { recordPlatformFailure } from "@severalty/db/platform/record-platform-failure";
import { withPlatform } from "@severalty/db/platform/with-platform";
import type { UserPrincipal } from "@severalty/db/tenancy/principal";
import { recordFailure } from "@severalty/db/tenancy/record-failure";
import { withTenant } from "@severalty/db/tenancy/with-tenant";
import { platformRole } from "@severalty/domain/access-grant";
import { DomainError } from "@severalty/domain/errors";
import { accessGrantId, tenantId, type AccessGrantId, type TenantId } from "@severalty/domain/ids";
import { z } from "zod";
import type { Context } from "./context.ts";
import { domainErrorOf, userProcedure } from "./procedures.ts";

/**
 * Needs a session with the role of platform administrators; the first transaction confirms it, and that it is one of the reserved tenant.
 * No permission of the table says so, and therefore no API key and no other role can be given it.
 */
const administratorProcedure = userProcedure.use(async ({ ctx, path, next }) => {
  const { principal, requestId } = ctx;
  if (principal.role === platformRole) return next();
  const error = new DomainError("forbidden", "auth/forbidden", `the role ${principal.role} lacks platform.access`);
  await recordFailure(ctx.em, principal, { requestId, action: path }, "denied", error.reason);
  throw error;
});

/** A call about the platform's own rows, read in the reserved tenant; no tenant's row is in reach. */
export const ownPlatformProcedure = <Input extends z.ZodType>(input: Input) =>
  administratorProcedure.input(input).use(async ({ ctx, path, next }) => {
    const { principal, requestId } = ctx;
    return withTenant(ctx.em, principal, { requestId, action: path, readOnly: true }, async (em) => {
      const result = await next({ ctx: { em } });
      if (!result.ok) throw result.error;
      return result;
    });
  });

/** A call that opens or ends a grant, by a function that checks who asks. A failed one is recorded, also for the tenant that it was about. */
export const grantProcedure = <Input extends z.ZodType>(input: Input) =>
  administratorProcedure.input(input).use(async ({ ctx, path, input: parsed, next }) => {
    const { id: grantId = null, tenantId: about = null } = ofGrant.parse(parsed);
    const result = await next();
    if (!result.ok) await recordAndThrow(ctx, { action: path, grantId, about }, result.error);
    return result;
  });

/**
 * A call by a grant, which its input names with `grantId`: in one transaction that reaches the tenant of the input's `id`, or without one all
 * that the grant is for. Entering writes the call to the tenant's own log, a query too, with the input's `reason` if it has one; a refused
 * or failed call is written there in a transaction of its own. An `Idempotency-Key` means nothing here: where answers would be stored
 * belongs to one tenant, and this role does not write there.
 */
export const platformProcedure = <Input extends z.ZodType>(input: Input) =>
  administratorProcedure.input(input).use(async ({ ctx, path, input: parsed, next }) => {
    const { grantId, id: about = null, ...note } = ofCall.parse(parsed);
    const call = { action: path, grantId, about };
    try {
      const entry = { ...call, requestId: ctx.requestId, note };
      return await withPlatform(ctx.services.platform.em, ctx.principal, entry, async (em) => {
        const result = await next({ ctx: { em } });
        // A middleware never sees a throw: without this line the transaction of a failed call would commit.
        if (!result.ok) throw result.error;
        return result;
      });
    } catch (error) {
      return recordAndThrow(ctx, call, error);
    }
  });

/** What of an input says whom a call is about; the rest of it is the handler's. */
const ofGrant = z.object({ id: accessGrantId.optional(), tenantId: tenantId.nullish() });
const ofCall = z.object({
  grantId: accessGrantId,
  id: tenantId.optional(),
  /** Why, and what was typed to confirm it: kept in the logs. */
  reason: z.string().optional(),
  slug: z.string().optional(),
});

interface Recorded {
  readonly action: string;
  readonly grantId: AccessGrantId | null;
  readonly about: TenantId | null;
}

const recordAndThrow = async (
  { principal, requestId, services }: Pick<Context, "requestId" | "services"> & { readonly principal: UserPrincipal },
  call: Recorded,
  error: unknown,
): Promise<never> => {
  const known = domainErrorOf(error);
  const outcome = known?.kind === "forbidden" ? "denied" : "error";
  const reason = known?.reason ?? "server/unexpected";
  await recordPlatformFailure(services.platform.em, principal, { ...call, requestId }, outcome, reason);
  throw error;
};
