import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { TenantKeyId } from "@severalty/domain/ids";
import { tenantColumns, tenantScope } from "../tenancy/tenant-entity.ts";

/** A data key that encrypts a tenant's secrets, itself encrypted by the key-encryption key. */
export const TenantKey = defineEntity({
  name: "TenantKey",
  properties: {
    ...tenantColumns<TenantKeyId>(),
    wrappedKey: p.blob(),
    keyVersion: p.integer(),
    status: p.text().$type<"active" | "retired">().default("active"),
  },
  ...tenantScope("tenant_keys"),
  uniques: [{ name: "tenant_keys_tenant_id_key_version_key", properties: ["tenantId", "keyVersion"] }],
  checks: [
    { name: "tenant_keys_key_version_check", expression: "key_version >= 1" },
    { name: "tenant_keys_status_check", expression: "status in ('active', 'retired')" },
  ],
});
export type TenantKey = InferEntity<typeof TenantKey>;
