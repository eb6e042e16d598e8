import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { BudgetPeriod, BudgetScope } from "@severalty/domain/budget";
import type { AgentInstanceId, BudgetId, TeamId } from "@severalty/domain/ids";
import { tenantColumns, tenantRef, tenantScope, versionColumn } from "../tenancy/tenant-entity.ts";
import { AgentInstance } from "./agent-instance.ts";
import { Team } from "./team.ts";

/** What a tenant, a team or an agent may spend in a period, in US dollars. */
export const Budget = defineEntity({
  name: "Budget",
  properties: {
    ...tenantColumns<BudgetId>(),
    scope: p.text().$type<BudgetScope>(),
    teamId: p.uuid().$type<TeamId>().nullable(),
    team: () => tenantRef(Team, "team_id").nullable(),
    agentInstanceId: p.uuid().$type<AgentInstanceId>().nullable(),
    agentInstance: () => tenantRef(AgentInstance, "agent_instance_id").nullable(),
    period: p.text().$type<BudgetPeriod>(),
    limitUsd: p.decimal("string").precision(18).scale(6),
    spentUsd: p.decimal("string").precision(18).scale(6).default("0"),
    reservedUsd: p.decimal("string").precision(18).scale(6).default("0"),
    ...versionColumn,
  },
  ...tenantScope("budgets"),
  uniques: [
    {
      name: "budgets_tenant_id_scope_key",
      expression:
        'create unique index "budgets_tenant_id_scope_key" on "app"."budgets" ("tenant_id", "scope", "team_id", "agent_instance_id", "period") nulls not distinct',
    },
  ],
  indexes: [
    { name: "budgets_tenant_id_team_id_index", properties: ["tenantId", "teamId"] },
    { name: "budgets_tenant_id_agent_instance_id_index", properties: ["tenantId", "agentInstanceId"] },
  ],
  checks: [
    {
      name: "budgets_scope_check",
      expression:
        "case scope when 'tenant' then team_id is null and agent_instance_id is null when 'team' then team_id is not null and agent_instance_id is null when 'agent_instance' then agent_instance_id is not null and team_id is null else false end",
    },
    { name: "budgets_period_check", expression: "period in ('day', 'month', 'total')" },
    { name: "budgets_amounts_check", expression: "limit_usd >= 0 and spent_usd >= 0 and reserved_usd >= 0" },
  ],
});
export type Budget = InferEntity<typeof Budget>;
