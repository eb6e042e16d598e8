import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { AgentRoleId, SubscriptionId } from "@severalty/domain/ids";
import { tenantColumns, tenantRef, tenantScope, versionColumn } from "../tenancy/tenant-entity.ts";
import { AgentRole } from "./agent-role.ts";

/** How many agents of a role a tenant has bought, set aside, and has at work. */
export const Subscription = defineEntity({
  name: "Subscription",
  properties: {
    ...tenantColumns<SubscriptionId>(),
    agentRoleId: p.uuid().$type<AgentRoleId>(),
    agentRole: () => tenantRef(AgentRole, "agent_role_id"),
    purchased: p.integer(),
    allocated: p.integer().default(0),
    active: p.integer().default(0),
    ...versionColumn,
  },
  ...tenantScope("subscriptions"),
  uniques: [{ name: "subscriptions_tenant_id_agent_role_id_key", properties: ["tenantId", "agentRoleId"] }],
  checks: [
    {
      name: "subscriptions_counts_check",
      expression: "0 <= active and active <= allocated and allocated <= purchased",
    },
  ],
});
export type Subscription = InferEntity<typeof Subscription>;
