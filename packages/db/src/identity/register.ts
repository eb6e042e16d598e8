import type { EntityManager } from "@mikro-orm/postgresql";
import type { IdentityId, SessionId, TenantId, UserId } from "@severalty/domain/ids";
import type { Client, NewSession } from "./session.ts";

/** A new tenant, its first administrator, and their ids. */
export interface Registration {
  readonly identityId: IdentityId;
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly tenantName: string;
  readonly tenantSlug: string;
  readonly name: string;
  readonly username: string;
  readonly email: string;
  readonly hashedPassword: string;
  /** What the tenant starts from. */
  readonly templateKey: string;
}

/**
 * Creates identity, tenant with all that its template says, its first administrator and a session, in one statement and so all or nothing.
 * A taken slug or e-mail surfaces as the unique violation of `tenants_slug_key` or `identities_email_key`, an unknown template as SV010.
 */
export const register = async (
  em: EntityManager,
  registration: Registration,
  session: NewSession,
  client: Client,
): Promise<void> => {
  await em.execute("select auth.register(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [
    registration.identityId,
    registration.tenantId,
    registration.userId,
    registration.sessionId,
    registration.tenantName,
    registration.tenantSlug,
    registration.name,
    registration.username,
    registration.email,
    registration.hashedPassword,
    session.refreshHash,
    session.expiresAt,
    session.refreshExpiresAt,
    client.ip,
    client.userAgent,
    client.requestId,
    session.at,
    registration.templateKey,
  ]);
};
