import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { TenantConfigId } from "@severalty/domain/ids";
import type { TemplateDefinition } from "@severalty/domain/template";
import type { Config } from "@severalty/domain/tenant-config";
import { tenantColumns, tenantScope, versionColumn } from "../tenancy/tenant-entity.ts";

/**
 * The one configuration of a tenant, and the template that it follows: key, version, and what that version said when it was applied, from
 * which local changes are told.
 */
export const TenantConfig = defineEntity({
  name: "TenantConfig",
  properties: {
    ...tenantColumns<TenantConfigId>(),
    templateKey: p.text().nullable(),
    templateVersion: p.integer().nullable(),
    templateDefinition: p.json().$type<TemplateDefinition>().nullable(),
    config: p.json().$type<Config>().defaultRaw("'{}'"),
    ...versionColumn,
  },
  ...tenantScope("tenant_configs"),
  uniques: [{ name: "tenant_configs_tenant_id_key", properties: ["tenantId"] }],
  checks: [
    { name: "tenant_configs_template_definition_check", expression: "jsonb_typeof(template_definition) = 'object'" },
    { name: "tenant_configs_config_check", expression: "jsonb_typeof(config) = 'object'" },
  ],
});
export type TenantConfig = InferEntity<typeof TenantConfig>;
