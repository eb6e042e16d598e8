import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { AgentInstanceStatus } from "@severalty/domain/agent-instance";
import type { AgentInstanceId, AgentRoleId, CookbookId, TeamId } from "@severalty/domain/ids";
import type { JsonObject } from "@severalty/domain/json";
import { tenantColumns, tenantRef, teamScope, versionColumn } from "../tenancy/tenant-entity.ts";
import { AgentRole } from "./agent-role.ts";
import { Cookbook } from "./cookbook.ts";
import { Team } from "./team.ts";

/** An agent at work for a team, deployed under the subscription of its role. */
export const AgentInstance = defineEntity({
  name: "AgentInstance",
  properties: {
    ...tenantColumns<AgentInstanceId>(),
    agentRoleId: p.uuid().$type<AgentRoleId>(),
    agentRole: () => tenantRef(AgentRole, "agent_role_id"),
    cookbookId: p.uuid().$type<CookbookId>().nullable(),
    cookbook: () => tenantRef(Cookbook, "cookbook_id").nullable(),
    teamId: p.uuid().$type<TeamId>(),
    team: () => tenantRef(Team, "team_id"),
    customName: p.text(),
    avatarIcon: p.text().nullable(),
    configuration: p.json().$type<JsonObject>().defaultRaw("'{}'"),
    status: p.text().$type<AgentInstanceStatus>().default("active"),
    ...versionColumn,
  },
  ...teamScope("agent_instances"),
  indexes: [
    { name: "agent_instances_tenant_id_agent_role_id_index", properties: ["tenantId", "agentRoleId"] },
    { name: "agent_instances_tenant_id_cookbook_id_index", properties: ["tenantId", "cookbookId"] },
    { name: "agent_instances_tenant_id_team_id_index", properties: ["tenantId", "teamId"] },
  ],
  checks: [
    {
      name: "agent_instances_custom_name_check",
      expression: "char_length(custom_name) >= 1 and char_length(custom_name) <= 120",
    },
    { name: "agent_instances_status_check", expression: "status in ('active', 'retired')" },
    { name: "agent_instances_configuration_check", expression: "jsonb_typeof(configuration) = 'object'" },
  ],
});
export type AgentInstance = InferEntity<typeof AgentInstance>;
