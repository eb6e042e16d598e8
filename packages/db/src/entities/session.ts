import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { SessionId, TenantId, UserId } from "@severalty/domain/ids";
import { tenantRef } from "../tenancy/tenant-entity.ts";
import { authPolicy } from "./auth-policy.ts";
import { Identity } from "./identity.ts";
import { User } from "./user.ts";

/** A sign-in that lives until it expires or is revoked; names the membership it entered last. */
export const Session = defineEntity({
  name: "Session",
  schema: "auth",
  tableName: "sessions",
  properties: {
    id: p.uuid().$type<SessionId>().primary(),
    identityId: () =>
      p.manyToOne(Identity).mapToPk().joinColumn("identity_id").updateRule("no action").deleteRule("cascade"),
    tenantId: p.uuid().$type<TenantId>(),
    userId: p.uuid().$type<UserId>(),
    user: () => tenantRef(User, "user_id").deleteRule("cascade"),
    expiresAt: p.datetime(3),
    revokedAt: p.datetime(3).nullable(),
    revokeReason: p.text().nullable(),
    amr: p.array().columnType("text[]").defaultRaw("'{}'"),
    ip: p.text().nullable(),
    userAgent: p.text().nullable(),
    impersonatorId: p.uuid().nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
  indexes: [
    { name: "sessions_identity_id_created_at_index", properties: ["identityId", "createdAt"] },
    { name: "sessions_tenant_id_user_id_index", properties: ["tenantId", "userId"] },
  ],
  checks: [{ name: "sessions_expires_at_check", expression: "expires_at > created_at" }],
  ...authPolicy("sessions"),
});
export type Session = InferEntity<typeof Session>;
