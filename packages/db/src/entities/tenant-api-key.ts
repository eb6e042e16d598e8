import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { ApiKeyId, UserId } from "@severalty/domain/ids";
import type { Permission } from "@severalty/domain/permission";
import { tenantColumns, tenantRef, tenantScope, versionColumn } from "../tenancy/tenant-entity.ts";
import { User } from "./user.ts";

/**
 * A key with which a program calls for a tenant. The key itself is shown once; its SHA-256 is kept, unique over all tenants because it
 * is what `app.enter_key` finds the tenant by. A revoked key stays for the log, and leaves its name to the next.
 */
export const TenantApiKey = defineEntity({
  name: "TenantApiKey",
  properties: {
    ...tenantColumns<ApiKeyId>(),
    name: p.text(),
    prefix: p.text(),
    keyHash: p.blob(),
    permissions: p.array().$type<Permission[]>().columnType("text[]"),
    createdBy: p.uuid().$type<UserId>(),
    creator: () => tenantRef(User, "created_by"),
    lastUsedAt: p.datetime(3).nullable(),
    expiresAt: p.datetime(3).nullable(),
    revokedAt: p.datetime(3).nullable(),
    ...versionColumn,
  },
  ...tenantScope("tenant_api_keys"),
  uniques: [
    // oxlint-disable-next-line leaks/entity-is-scoped -- app.enter_key finds a key's tenant by its hash: 256 random bits tell of no other row
    { name: "tenant_api_keys_key_hash_key", properties: ["keyHash"] },
    {
      name: "tenant_api_keys_tenant_id_name_key",
      expression:
        'create unique index "tenant_api_keys_tenant_id_name_key" on "app"."tenant_api_keys" ("tenant_id", "name") where revoked_at is null',
    },
  ],
  indexes: [{ name: "tenant_api_keys_tenant_id_created_by_index", properties: ["tenantId", "createdBy"] }],
  checks: [
    { name: "tenant_api_keys_name_check", expression: "char_length(name) >= 1 and char_length(name) <= 120" },
    { name: "tenant_api_keys_prefix_check", expression: "prefix ~ '^svk_[0-9a-f]{12}$'" },
    {
      name: "tenant_api_keys_permissions_check",
      expression: "cardinality(permissions) >= 1 and not ('apiKeys.write' = any (permissions))",
    },
    { name: "tenant_api_keys_key_hash_check", expression: "octet_length(key_hash) = 32" },
    { name: "tenant_api_keys_expires_at_check", expression: "expires_at > created_at" },
  ],
});
export type TenantApiKey = InferEntity<typeof TenantApiKey>;
