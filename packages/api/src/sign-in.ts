import { createRefreshToken } from "@severalty/auth/refresh-token";
import type { Membership } from "@severalty/db/identity/membership";
import type { NewSession } from "@severalty/db/identity/session";
import type { SessionId, TeamId, TenantId, UserId } from "@severalty/domain/ids";
import type { Role } from "@severalty/domain/permission";
import type { Services } from "./services.ts";

/** How long a session lives however often it is renewed, in milliseconds (30 days). */
export const sessionTtlMs = 30 * 24 * 60 * 60_000;

/** How long a refresh token waits to be used, in milliseconds (7 days). */
export const refreshTtlMs = 7 * 24 * 60 * 60_000;

/** The person, as a member of the tenant that he has entered. */
export interface SignedInUser {
  id: UserId;
  email: string;
  name: string | null;
  username: string;
  role: Role;
  teamId: TeamId | null;
}

/** A tenant that a person may enter. */
export interface SignedInTenant {
  id: TenantId;
  slug: string;
  name: string;
}

/** The answer of everything that signs somebody in. */
export interface SignInAnswer {
  accessToken: string;
  refreshToken: string;
  /** When the access token expires. */
  expiresAt: Date;
  user: SignedInUser;
  tenant: SignedInTenant;
  /** Every tenant that the person may enter, the one entered last first. */
  tenants: SignedInTenant[];
}

/** A refresh token and the moments that bound it and its session. */
export const newSession = (services: Services): NewSession & { refreshToken: string } => {
  const { token, hash } = createRefreshToken(services.random);
  const at = services.clock();
  return {
    refreshToken: token,
    refreshHash: hash,
    at,
    expiresAt: new Date(at.getTime() + sessionTtlMs),
    refreshExpiresAt: new Date(at.getTime() + refreshTtlMs),
  };
};

/** Signs an access token for the membership and puts everything together. */
export const signInAnswer = (
  services: Services,
  sessionId: SessionId,
  refreshToken: string,
  membership: Membership,
  memberships: readonly Membership[],
): SignInAnswer => {
  const { userId, tenantId, teamId, role, email, name, username } = membership;
  const { token, expiresAt } = services.accessTokens.sign({ sessionId, userId, email, role, tenantId, teamId });
  return {
    accessToken: token,
    refreshToken,
    expiresAt,
    user: { id: userId, email, name, username, role, teamId },
    tenant: toTenant(membership),
    tenants: memberships.filter(({ tenantStatus }) => tenantStatus === "active").map(toTenant),
  };
};

const toTenant = ({ tenantId, tenantSlug, tenantName }: Membership): SignedInTenant => ({
  id: tenantId,
  slug: tenantSlug,
  name: tenantName,
});
