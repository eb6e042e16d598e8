import type { EntityManager } from "@mikro-orm/postgresql";
import type { IdentityId, TeamId, TenantId, UserId } from "@severalty/domain/ids";
import type { Role } from "@severalty/domain/permission";
import type { TenantStatus } from "@severalty/domain/tenant";
import { Identity } from "../entities/identity.ts";

/** What one person is in one tenant. */
export interface Membership {
  readonly tenantId: TenantId;
  readonly tenantSlug: string;
  readonly tenantName: string;
  readonly tenantStatus: TenantStatus;
  readonly userId: UserId;
  /** The team that he belongs to, if any. */
  readonly teamId: TeamId | null;
  readonly role: Role;
  readonly username: string;
  readonly email: string;
  readonly name: string | null;
}

/** A person, and what his password is verified against; null for one who never set any. */
export interface Credentials {
  readonly id: IdentityId;
  readonly hashedPassword: string | null;
}

/** The active identity of an e-mail address in lower case, or null. */
export const findCredentials = async (em: EntityManager, email: string): Promise<Credentials | null> => {
  const found = await em.findOne(Identity, { email, status: "active" }, { fields: ["id", "hashedPassword"] });
  return found === null ? null : { id: found.id, hashedPassword: found.hashedPassword ?? null };
};

/** The tenants that a person is an active user of, suspended ones included; the one entered last comes first. */
export const membershipsOf = (em: EntityManager, identityId: IdentityId): Promise<Membership[]> =>
  em.execute<Membership[]>(
    `select tenant_id as "tenantId", tenant_slug as "tenantSlug", tenant_name as "tenantName", tenant_status as "tenantStatus",
       user_id as "userId", team_id as "teamId", role, username, email, name from auth.memberships(?)`,
    [identityId],
  );
