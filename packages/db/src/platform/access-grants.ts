import type { EntityManager } from "@mikro-orm/postgresql";
import type { AccessGrantId, TenantId, UserId } from "@severalty/domain/ids";
import type { UserPrincipal } from "../tenancy/principal.ts";

/** An access grant, as everybody who administers the platform sees it. */
export interface GrantRow {
  id: AccessGrantId;
  /** Who opened it; it is for that session of his alone. */
  userId: UserId;
  /** Null for every tenant. */
  tenantId: TenantId | null;
  reason: string;
  createdAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
}

/** A grant to open. */
export interface NewGrant {
  readonly id: AccessGrantId;
  readonly tenantId: TenantId | null;
  readonly minutes: number;
  readonly reason: string;
}

const columns = `id, user_id as "userId", granted_tenant_id as "tenantId", reason, created_at as "createdAt",
  expires_at as "expiresAt", ended_at as "endedAt"`;

/**
 * Opens a grant, and writes it to the log of every tenant that it is for, in the same statement. Fails with SQLSTATE SV001 for somebody who is
 * no platform administrator any more, SVP02 for a tenant that is not there.
 */
export const openGrant = (
  em: EntityManager,
  { sessionId, userId }: UserPrincipal,
  { id, tenantId, minutes, reason }: NewGrant,
  requestId: string,
): Promise<GrantRow> =>
  one(em, `select ${columns} from app.open_grant(?, ?, ?, ?, ?, ?, ?)`, [
    sessionId,
    userId,
    id,
    tenantId,
    minutes,
    reason,
    requestId,
  ]);

/** Ends a grant from the next transaction on, and writes that likewise; one that is over stays as it is. Fails with SVP03 for one that never was. */
export const endGrant = (
  em: EntityManager,
  { sessionId, userId }: UserPrincipal,
  id: AccessGrantId,
  requestId: string,
): Promise<GrantRow> => one(em, `select ${columns} from app.end_grant(?, ?, ?, ?)`, [sessionId, userId, id, requestId]);

const one = async (em: EntityManager, sql: string, values: unknown[]): Promise<GrantRow> => {
  const [row] = await em.fork().execute<Record<keyof GrantRow, never>[]>(sql, values);
  if (row === undefined) throw new Error("a grant was written and not answered");
  const { createdAt, expiresAt, endedAt, ...rest } = row;
  return {
    ...rest,
    createdAt: new Date(createdAt),
    expiresAt: new Date(expiresAt),
    endedAt: endedAt && new Date(endedAt),
  };
};
