import type { EntityManager } from "@mikro-orm/postgresql";
import type { TenantKeyId } from "@severalty/domain/ids";
import { TenantKey } from "../entities/tenant-key.ts";
import { ReadRepository } from "../tenancy/tenant-repository.ts";

/** A data key as it is stored. */
export type StoredKey = Pick<TenantKey, "wrappedKey" | "keyVersion">;

const fields = ["wrappedKey", "keyVersion"] as const;

/** The wrapped data keys of the entered tenant; a new secret takes the newest active one. */
export class TenantKeyRepository extends ReadRepository<TenantKey> {
  constructor(em: EntityManager) {
    super(em, TenantKey);
  }

  /** The newest active key, or none before the tenant's first secret. */
  async active(): Promise<StoredKey | undefined> {
    const { rows } = await this.list(fields, { where: { status: "active" }, sort: ["keyVersion"], limit: 1 });
    return rows[0];
  }

  async ofVersion(keyVersion: number): Promise<StoredKey | undefined> {
    const { rows } = await this.list(fields, { where: { keyVersion }, limit: 1 });
    return rows[0];
  }

  /**
   * Adds a key unless the tenant has that version. Of two calls at once the second waits for the first's transaction, and then reads what
   * that one has added.
   */
  async addUnlessThere(key: StoredKey & { id: TenantKeyId }, now: Date): Promise<void> {
    await this.query()
      .insert({ ...key, tenantId: this.tenantId, status: "active", createdAt: now, updatedAt: now })
      .onConflict(["tenantId", "keyVersion"])
      .ignore()
      .execute("run");
  }
}
