import type { ApiKeyId, SessionId, TenantId, UserId } from "@severalty/domain/ids";
import type { Permission, Role } from "@severalty/domain/permission";

/** Who asks: what a request brought. The database confirms it in every transaction. */
export type Principal = UserPrincipal | KeyPrincipal;

/** The claims of a verified access token. */
export interface UserPrincipal {
  readonly kind: "user";
  readonly sessionId: SessionId;
  readonly userId: UserId;
  readonly tenantId: TenantId;
  readonly role: Role;
}

/** An API key, by its hash; only the database knows whose it is and what it may do. */
export interface KeyPrincipal {
  readonly kind: "apiKey";
  readonly keyHash: Uint8Array;
}

/** Who acts in an entered tenant, as the database has confirmed for this transaction. */
export interface Actor {
  readonly kind: Principal["kind"];
  /** The user or the key: what the audit log names. */
  readonly id: UserId | ApiKeyId;
  readonly tenantId: TenantId;
  /** Who answers for what is made: the user, or the one who made the key. */
  readonly userId: UserId;
  readonly permissions: ReadonlySet<Permission>;
  /** A key whose last use was noted an hour ago or earlier. */
  readonly isIdleKey: boolean;
}

/** What is being done, for the audit log: the request and the procedure's path, such as `documents.create`. */
export interface Occasion {
  readonly requestId: string;
  readonly action: string;
}
