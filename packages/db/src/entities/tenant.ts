import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { TenantId } from "@severalty/domain/ids";
import type { JsonObject } from "@severalty/domain/json";
import type { SubscriptionTier, TenantStatus } from "@severalty/domain/tenant";
import { auditTrigger } from "../tenancy/audit-trigger.ts";
import { tenantFilter } from "../tenancy/tenant-filter.ts";
import { tenantPolicies } from "../tenancy/tenant-policies.ts";

/** An agency. A tenant sees its own row and no other. */
export const Tenant = defineEntity({
  name: "Tenant",
  schema: "app",
  tableName: "tenants",
  properties: {
    id: p.uuid().$type<TenantId>().primary(),
    slug: p.text(),
    name: p.text(),
    domain: p.text().nullable(),
    status: p.text().$type<TenantStatus>().default("active"),
    subscriptionTier: p.text().$type<SubscriptionTier>().default("free"),
    settings: p.json().$type<JsonObject>().defaultRaw("'{}'"),
    templateKey: p.text().nullable(),
    createdAt: p.datetime(3).onCreate(() => new Date()),
    updatedAt: p
      .datetime(3)
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
    version: p.integer().default(1),
  },
  uniques: [
    { name: "tenants_slug_key", properties: ["slug"] },
    { name: "tenants_domain_key", properties: ["domain"] },
  ],
  checks: [
    { name: "tenants_slug_check", expression: "slug ~ '^[a-z0-9][a-z0-9-]{1,48}[a-z0-9]$'" },
    { name: "tenants_name_check", expression: "char_length(name) >= 1 and char_length(name) <= 120" },
    { name: "tenants_status_check", expression: "status in ('active', 'suspended')" },
    {
      name: "tenants_subscription_tier_check",
      expression: "subscription_tier in ('free', 'team', 'business', 'enterprise')",
    },
    { name: "tenants_settings_check", expression: "jsonb_typeof(settings) = 'object'" },
    { name: "tenants_platform_check", expression: "slug <> 'platform' or status = 'active'" },
  ],
  filters: { tenant: tenantFilter("id") },
  policies: tenantPolicies("tenants", "id"),
  rowLevelSecurity: "force",
  triggers: [auditTrigger("tenants")],
});
export type Tenant = InferEntity<typeof Tenant>;
