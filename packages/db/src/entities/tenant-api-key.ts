import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { ApiKeyId, UserId } from "@severalty/domain/ids";
import type { Permission } from "@severalty/domain/permission";
import { tenantColumns, tenantRef, tenantScope, versionColumn } from "../tenancy/tenant-entity.ts";
import { User } from "./user.ts";

/** A key with which a program calls for a tenant. The key itself is shown once; its SHA-256 is kept. */
export const TenantApiKey = defineEntity({
  name: "TenantApiKey",
  properties: {
    ...tenantColumns<ApiKeyId>(),
    name: p.text(),
    prefix: p.text(),
    keyHash: p.blob(),
    permissions: p.array().$type<Permission[]>().columnType("text[]").defaultRaw("'{}'"),
    createdBy: p.uuid().$type<UserId>(),
    creator: () => tenantRef(User, "created_by"),
    lastUsedAt: p.datetime(3).nullable(),
    expiresAt: p.datetime(3).nullable(),
    revokedAt: p.datetime(3).nullable(),
    ...versionColumn,
  },
  ...tenantScope("tenant_api_keys"),
  uniques: [{ name: "tenant_api_keys_tenant_id_name_key", properties: ["tenantId", "name"] }],
  indexes: [{ name: "tenant_api_keys_tenant_id_created_by_index", properties: ["tenantId", "createdBy"] }],
  checks: [
    { name: "tenant_api_keys_name_check", expression: "char_length(name) >= 1 and char_length(name) <= 120" },
    { name: "tenant_api_keys_key_hash_check", expression: "octet_length(key_hash) = 32" },
    { name: "tenant_api_keys_expires_at_check", expression: "expires_at > created_at" },
  ],
});
export type TenantApiKey = InferEntity<typeof TenantApiKey>;
