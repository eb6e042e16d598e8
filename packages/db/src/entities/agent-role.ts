import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { AgentRoleId } from "@severalty/domain/ids";
import type { JsonObject } from "@severalty/domain/json";
import { tenantColumns, tenantScope, versionColumn } from "../tenancy/tenant-entity.ts";

/** What an agent can do: its capabilities and the configuration that it starts with. */
export const AgentRole = defineEntity({
  name: "AgentRole",
  properties: {
    ...tenantColumns<AgentRoleId>(),
    name: p.text(),
    description: p.text().default(""),
    capabilities: p.json().$type<string[]>().defaultRaw("'[]'"),
    defaultConfiguration: p.json().$type<JsonObject>().defaultRaw("'{}'"),
    ...versionColumn,
  },
  ...tenantScope("agent_roles"),
  uniques: [{ name: "agent_roles_tenant_id_name_key", properties: ["tenantId", "name"] }],
  checks: [
    { name: "agent_roles_name_check", expression: "char_length(name) >= 1 and char_length(name) <= 120" },
    { name: "agent_roles_capabilities_check", expression: "jsonb_typeof(capabilities) = 'array'" },
    { name: "agent_roles_default_configuration_check", expression: "jsonb_typeof(default_configuration) = 'object'" },
  ],
});
export type AgentRole = InferEntity<typeof AgentRole>;
