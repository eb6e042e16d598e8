import type { EntityManager } from "@mikro-orm/postgresql";
import { livingApiKeysMax } from "@severalty/domain/api-key";
import { DomainError } from "@severalty/domain/errors";
import { toDomainError } from "../database-error.ts";
import { transactionIn } from "../driver/tenant-connection.ts";
import { TenantApiKey } from "../entities/tenant-api-key.ts";
import type { Actor, Principal } from "./principal.ts";
import { TenantRepository } from "./tenant-repository.ts";
import { withTenant } from "./with-tenant.ts";

/** The API keys of a tenant. */
export class ApiKeys extends TenantRepository<TenantApiKey> {
  readonly #em: EntityManager;

  constructor(em: EntityManager) {
    super(em, TenantApiKey);
    this.#em = em;
  }

  /** Throws `apiKeys/too-many` when no more may live. Until the transaction ends nobody else of the tenant gets past this. */
  async assertRoom(): Promise<void> {
    await this.#em.execute("select pg_advisory_xact_lock(hashtextextended('severalty/api-keys ' || ?, 0))", [
      this.tenantId,
    ]);
    const [{ count } = { count: 0 }] = await this.#em.execute<{ count: number }[]>(
      `select count(*)::int as count from app.tenant_api_keys
       where tenant_id = ? and revoked_at is null and (expires_at is null or expires_at > now())`,
      [this.tenantId],
    );
    if (count < livingApiKeysMax) return;
    throw new DomainError(
      "conflict",
      "apiKeys/too-many",
      `a tenant has at most ${livingApiKeysMax} keys that are neither revoked nor expired: revoke one first`,
    );
  }
}

/**
 * Notes that a key was used, at most once an hour: in a transaction of its own, so that no read becomes a write, and as an `apiKeys.use`
 * in the log. A key that has been revoked since, or a database that is away, is no failure of what the key was used for.
 */
export const noteKeyUse = async (
  em: EntityManager,
  principal: Principal,
  actor: Actor,
  requestId: string,
): Promise<void> => {
  if (!actor.isIdleKey) return;
  try {
    await withTenant(em, principal, { requestId, action: "apiKeys.use" }, (tx) => {
      transactionIn(tx)?.endWithNext();
      return tx.execute(
        `update app.tenant_api_keys set last_used_at = now()
         where tenant_id = ? and id = ? and coalesce(last_used_at < now() - interval '1 hour', true)`,
        [actor.tenantId, actor.id],
      );
    });
  } catch (error) {
    if (toDomainError(error) === undefined) throw error;
  }
};
