import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { AgentInstanceId, RecipeId, TaskId, TeamId } from "@severalty/domain/ids";
import type { Json, JsonObject } from "@severalty/domain/json";
import type { TaskStatus } from "@severalty/domain/task";
import { tenantColumns, tenantRef, teamScope, versionColumn } from "../tenancy/tenant-entity.ts";
import { AgentInstance } from "./agent-instance.ts";
import { Recipe } from "./recipe.ts";
import { Team } from "./team.ts";

/** Work for an agent, queued until a worker takes it. */
export const Task = defineEntity({
  name: "Task",
  properties: {
    ...tenantColumns<TaskId>(),
    agentInstanceId: p.uuid().$type<AgentInstanceId>().nullable(),
    agentInstance: () => tenantRef(AgentInstance, "agent_instance_id").nullable(),
    recipeId: p.uuid().$type<RecipeId>().nullable(),
    recipe: () => tenantRef(Recipe, "recipe_id").nullable(),
    teamId: p.uuid().$type<TeamId>().nullable(),
    team: () => tenantRef(Team, "team_id").nullable(),
    kind: p.text(),
    payload: p.json().$type<JsonObject>().defaultRaw("'{}'"),
    priority: p.integer().default(0),
    status: p.text().$type<TaskStatus>().default("pending"),
    runAt: p.datetime(3),
    attempts: p.integer().default(0),
    maxAttempts: p.integer().default(3),
    leaseToken: p.uuid().nullable(),
    leasedBy: p.text().nullable(),
    leaseExpiresAt: p.datetime(3).nullable(),
    result: p.json().$type<Json>().nullable(),
    error: p.text().nullable(),
    startedAt: p.datetime(3).nullable(),
    finishedAt: p.datetime(3).nullable(),
    idempotencyKey: p.text().nullable(),
    ...versionColumn,
  },
  ...teamScope("task_queue"),
  uniques: [{ name: "task_queue_tenant_id_idempotency_key_key", properties: ["tenantId", "idempotencyKey"] }],
  indexes: [
    { name: "task_queue_tenant_id_created_at_index", properties: ["tenantId", "createdAt"] },
    { name: "task_queue_tenant_id_status_run_at_index", properties: ["tenantId", "status", "runAt"] },
    { name: "task_queue_tenant_id_agent_instance_id_index", properties: ["tenantId", "agentInstanceId"] },
    { name: "task_queue_tenant_id_recipe_id_index", properties: ["tenantId", "recipeId"] },
    { name: "task_queue_tenant_id_team_id_index", properties: ["tenantId", "teamId"] },
    {
      name: "task_queue_open_index",
      expression:
        'create index "task_queue_open_index" on "app"."task_queue" (tenant_id, priority, (coalesce(lease_expires_at, run_at)), id) where status in (\'pending\', \'running\')',
    },
    {
      name: "task_queue_lease_token_index",
      expression:
        'create index "task_queue_lease_token_index" on "app"."task_queue" (lease_token) where status = \'running\'',
    },
  ],
  checks: [
    { name: "task_queue_kind_check", expression: "char_length(kind) >= 1 and char_length(kind) <= 120" },
    {
      name: "task_queue_status_check",
      expression: "status in ('pending', 'running', 'completed', 'failed', 'cancelled')",
    },
    { name: "task_queue_payload_check", expression: "jsonb_typeof(payload) = 'object'" },
    { name: "task_queue_priority_check", expression: "priority >= -100 and priority <= 100" },
    {
      name: "task_queue_attempts_check",
      expression: "attempts >= 0 and max_attempts >= 1 and max_attempts <= 100 and attempts <= max_attempts",
    },
  ],
});
export type Task = InferEntity<typeof Task>;
