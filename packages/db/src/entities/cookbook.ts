import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { AgentRoleId, CookbookId } from "@severalty/domain/ids";
import { tenantColumns, tenantRef, tenantScope, versionColumn } from "../tenancy/tenant-entity.ts";
import { AgentRole } from "./agent-role.ts";

/** The recipes that an agent role works by. */
export const Cookbook = defineEntity({
  name: "Cookbook",
  properties: {
    ...tenantColumns<CookbookId>(),
    agentRoleId: p.uuid().$type<AgentRoleId>(),
    agentRole: () => tenantRef(AgentRole, "agent_role_id"),
    name: p.text(),
    description: p.text().default(""),
    ...versionColumn,
  },
  ...tenantScope("cookbooks"),
  uniques: [{ name: "cookbooks_tenant_id_name_key", properties: ["tenantId", "name"] }],
  indexes: [{ name: "cookbooks_tenant_id_agent_role_id_index", properties: ["tenantId", "agentRoleId"] }],
  checks: [{ name: "cookbooks_name_check", expression: "char_length(name) >= 1 and char_length(name) <= 120" }],
});
export type Cookbook = InferEntity<typeof Cookbook>;
