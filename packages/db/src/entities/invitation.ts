import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { InvitationId, TeamId, UserId } from "@severalty/domain/ids";
import type { Role } from "@severalty/domain/permission";
import { tenantColumns, tenantRef, tenantScope } from "../tenancy/tenant-entity.ts";
import { Team } from "./team.ts";
import { User } from "./user.ts";

/** A standing offer to an address to become a user of the tenant; only the hash of its token is kept. */
export const Invitation = defineEntity({
  name: "Invitation",
  properties: {
    ...tenantColumns<InvitationId>(),
    email: p.text(),
    role: p.text().$type<Role>().default("team_member"),
    teamId: p.uuid().$type<TeamId>().nullable(),
    team: () => tenantRef(Team, "team_id").nullable(),
    tokenHash: p.blob(),
    invitedBy: p.uuid().$type<UserId>(),
    inviter: () => tenantRef(User, "invited_by"),
    expiresAt: p.datetime(3),
    acceptedAt: p.datetime(3).nullable(),
    revokedAt: p.datetime(3).nullable(),
  },
  ...tenantScope("invitations"),
  uniques: [{ name: "invitations_tenant_id_token_hash_key", properties: ["tenantId", "tokenHash"] }],
  indexes: [
    { name: "invitations_tenant_id_email_index", properties: ["tenantId", "email"] },
    { name: "invitations_tenant_id_team_id_index", properties: ["tenantId", "teamId"] },
    { name: "invitations_tenant_id_invited_by_index", properties: ["tenantId", "invitedBy"] },
  ],
  checks: [
    { name: "invitations_email_check", expression: "email = lower(email)" },
    { name: "invitations_role_check", expression: "role in ('agency_admin', 'team_member')" },
    { name: "invitations_expires_at_check", expression: "expires_at > created_at" },
  ],
});
export type Invitation = InferEntity<typeof Invitation>;
