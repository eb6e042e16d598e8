import type { EntityManager } from "@mikro-orm/postgresql";
import { NotFoundError } from "@severalty/domain/errors";
import { Secret } from "../entities/secret.ts";
import { TenantRepository } from "../tenancy/tenant-repository.ts";

/** A value as it is stored, and the version of the data key that opens it. */
export type StoredValue = Pick<Secret, "ciphertext" | "keyVersion">;

/** Secrets of the entered tenant that the caller may see. */
export class SecretRepository extends TenantRepository<Secret> {
  constructor(em: EntityManager) {
    super(em, Secret);
  }

  /**
   * Takes a stored value out, and notes the time, which writes the audit row. The secret itself does not change, nor does its version.
   * Throws `NotFoundError`.
   */
  async take(id: string, now: Date): Promise<StoredValue> {
    const { tenantId } = this;
    const query = this.query()
      .update({ lastUsedAt: now })
      .where({ tenantId, id })
      .returning(["ciphertext", "keyVersion"]);
    await query.applyFilters();
    const [row] = (await query.execute("all")) as unknown as StoredValue[];
    if (row === undefined) throw new NotFoundError(this.noun);
    return row;
  }
}
