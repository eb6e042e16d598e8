import { AccessGrant } from "@severalty/db/entities/access-grant";
import { endGrant, openGrant, type GrantRow } from "@severalty/db/platform/access-grants";
import { ReadRepository } from "@severalty/db/tenancy/tenant-repository";
import { grantMinutes, grantReason } from "@severalty/domain/access-grant";
import { accessGrantId, tenantId, userId, type AccessGrantId } from "@severalty/domain/ids";
import { z } from "zod";
import { idInput, listInput, newestFirst, type ListAnswer } from "../../pagination.ts";
import { grantProcedure, ownPlatformProcedure } from "../../platform-procedures.ts";
import { router } from "../../procedures.ts";
import { where } from "../../where.ts";

const fields = ["id", "userId", "grantedTenantId", "reason", "createdAt", "expiresAt", "endedAt"] as const;

const itemOf = ({ grantedTenantId, endedAt, ...row }: Pick<AccessGrant, (typeof fields)[number]>): GrantRow => ({
  ...row,
  tenantId: grantedTenantId ?? null,
  endedAt: endedAt ?? null,
});

const allSee = "all administrators of the platform see all grants, and so for which tenants there are some";
const opens =
  "a grant is opened for a tenant that there is, which reads of it in its own log, for which its row is locked";
const ends = "any administrator ends any grant, which takes access away, and its tenant reads of it in its own log";

/**
 * Access grants: what an administrator of the platform may see of tenants, why, and until when. Each is in the log of every tenant that it is
 * for, from its opening on. All administrators see all grants; each uses only those that his own session has opened.
 */
export const grantsRouter = router({
  list: ownPlatformProcedure(
    listInput({
      userId: userId.optional(),
      tenantId: tenantId.optional(),
      /** Grants that have neither expired nor been ended, or those that have. */
      isLiving: z.boolean().optional(),
    }),
  )
    .meta({ isolation: { exempt: { tenantId: allSee, "tenantId shows": allSee } } })
    .query(async ({ ctx, input }): Promise<ListAnswer<GrantRow>> => {
      const now = ctx.services.clock();
      const condition = where({
        userId: input.userId,
        grantedTenantId: input.tenantId,
        $and: input.isLiving === true ? [{ endedAt: null }, { expiresAt: { $gt: now } }] : undefined,
        $or: input.isLiving === false ? [{ endedAt: { $ne: null } }, { expiresAt: { $lte: now } }] : undefined,
      });
      const page = await newestFirst(new ReadRepository(ctx.em, AccessGrant), fields, input, condition);
      return { ...page, items: page.items.map(itemOf) };
    }),

  byId: ownPlatformProcedure(idInput(accessGrantId))
    .meta({ isolation: { exempt: { id: allSee, "id shows": allSee } } })
    .query(async ({ ctx, input }): Promise<GrantRow> =>
      itemOf(await new ReadRepository(ctx.em, AccessGrant).byId(input.id, fields)),
    ),

  /** Opens a grant for the caller's session. */
  create: grantProcedure(
    z.strictObject({
      /** The tenant that it is for; null for every tenant, which every tenant is told. */
      tenantId: tenantId.nullable(),
      reason: grantReason,
      minutes: grantMinutes,
    }),
  )
    .meta({
      isolation: { exempt: { tenantId: opens, "tenantId writes app.access_grants,app.audit_logs,app.tenants": opens } },
    })
    .mutation(async ({ ctx, input }): Promise<GrantRow> => {
      const { principal, services, requestId } = ctx;
      await services.rateLimits.use({ limit: "openGrant", key: principal.userId });
      return openGrant(services.platform.em, principal, { ...input, id: services.newId<AccessGrantId>() }, requestId);
    }),

  /** Ends a grant, whoever has opened it, from the next call on. One that is over is answered as it is. */
  end: grantProcedure(idInput(accessGrantId))
    .meta({
      isolation: {
        exempt: { id: ends, "id shows": allSee, "id writes app.access_grants,app.audit_logs,app.tenants": ends },
      },
    })
    .mutation(({ ctx, input }): Promise<GrantRow> =>
      endGrant(ctx.services.platform.em, ctx.principal, input.id, ctx.requestId),
    ),
});
