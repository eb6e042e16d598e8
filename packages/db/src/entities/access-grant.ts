import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { AccessGrantId, SessionId, TenantId, UserId } from "@severalty/domain/ids";
import { tenantColumns, tenantScope } from "../tenancy/tenant-entity.ts";

/**
 * What a platform administrator may see of tenants, why, and until when: a row of the reserved tenant, written by gate functions alone. Whom
 * and what it names are no references, so that it outlives them as the log does.
 */
export const AccessGrant = defineEntity({
  name: "AccessGrant",
  properties: {
    ...tenantColumns<AccessGrantId>(),
    /** The administrator who opened it, and the session that it is for. */
    userId: p.uuid().$type<UserId>(),
    sessionId: p.uuid().$type<SessionId>(),
    /** Null for every tenant. */
    grantedTenantId: p.uuid().$type<TenantId>().nullable(),
    reason: p.text(),
    expiresAt: p.datetime(3),
    endedAt: p.datetime(3).nullable(),
  },
  ...tenantScope("access_grants"),
  readonly: true,
  triggers: [],
  checks: [
    { name: "access_grants_reason_check", expression: "char_length(reason) >= 10 and char_length(reason) <= 500" },
    {
      name: "access_grants_expires_at_check",
      expression: "expires_at > created_at and expires_at <= created_at + '01:00:00'::interval",
    },
  ],
});
export type AccessGrant = InferEntity<typeof AccessGrant>;
