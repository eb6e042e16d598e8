import type { SessionId, TenantId, UserId } from "@severalty/domain/ids";
import type { Role } from "@severalty/domain/permission";

/** Who asks: the claims of a verified access token. The database confirms them in every transaction. */
export interface Principal {
  readonly sessionId: SessionId;
  readonly userId: UserId;
  readonly tenantId: TenantId;
  readonly role: Role;
}

/** The user (or API key) that acts, by id: idempotency keys are his own. */
export const actorOf = (principal: Principal): UserId => principal.userId;

/** What is being done, for the audit log: the request and the procedure's path, such as `documents.create`. */
export interface Occasion {
  readonly requestId: string;
  readonly action: string;
}
