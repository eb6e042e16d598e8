import { randomBytes } from "node:crypto";
import { createNewId, type IdentityId, type SessionId, type TenantId, type UserId } from "@severalty/domain/ids";
import type { Registration } from "../identity/register.ts";
import type { NewSession } from "../identity/session.ts";

const newId = createNewId();
const hourMs = 3_600_000;

/** What nobody has registered yet, of the template `blank` unless given. */
export const makeRegistration = (given: Partial<Registration> = {}): Registration => {
  const tag = randomBytes(6).toString("hex");
  return {
    identityId: newId<IdentityId>(),
    tenantId: newId<TenantId>(),
    userId: newId<UserId>(),
    sessionId: newId<SessionId>(),
    tenantName: `Tenant ${tag}`,
    tenantSlug: `tenant-${tag}`,
    name: "Ada",
    username: "ada",
    email: `ada-${tag}@example.com`,
    hashedPassword: "$argon2id$test",
    templateKey: "blank",
    ...given,
  };
};

/** A session of one hour from now. */
export const makeSession = (): NewSession => {
  const at = new Date();
  const expiresAt = new Date(at.getTime() + hourMs);
  return { refreshHash: randomBytes(32), at, expiresAt, refreshExpiresAt: expiresAt };
};
