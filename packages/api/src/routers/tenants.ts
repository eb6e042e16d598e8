import { currentTenant } from "@severalty/db/tenancy/current-tenant";
import type { TenantId } from "@severalty/domain/ids";
import type { JsonObject } from "@severalty/domain/json";
import type { SubscriptionTier, TenantStatus } from "@severalty/domain/tenant";
import { noInput, router, tenantProcedure } from "../procedures.ts";

/** The caller's tenant. */
export interface CurrentTenant {
  id: TenantId;
  slug: string;
  name: string;
  domain?: string | null | undefined;
  status: TenantStatus;
  subscriptionTier: SubscriptionTier;
  settings: JsonObject;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const current = [
  "id",
  "slug",
  "name",
  "domain",
  "status",
  "subscriptionTier",
  "settings",
  "version",
  "createdAt",
  "updatedAt",
] as const;

/** The tenant that the caller has entered: a caller sees no other. */
export const tenantsRouter = router({
  current: tenantProcedure("tenants.read", noInput).query(({ ctx }): Promise<CurrentTenant> =>
    currentTenant(ctx.em, current),
  ),
});
