import {
  createNewId,
  type AbTestId,
  type AgentInstanceId,
  type AgentRoleId,
  type CookbookId,
  type RecipeId,
  type SubscriptionId,
  type TaskId,
} from "@severalty/domain/ids";

/** Agents of a tenant and what they work by. What is `bare`, `idle`, `retired` or `ended` has nothing that refers to it. */
export interface Agency {
  /** Has a cookbook, a subscription with one free place, and an agent. */
  readonly agentRoleId: AgentRoleId;
  readonly bareRoleId: AgentRoleId;
  readonly idleRoleId: AgentRoleId;
  readonly cookbookId: CookbookId;
  readonly bareCookbookId: CookbookId;
  readonly recipeId: RecipeId;
  readonly bareRecipeId: RecipeId;
  readonly subscriptionId: SubscriptionId;
  /** Of the idle role, with no agent at work. */
  readonly idleSubscriptionId: SubscriptionId;
  readonly agentInstanceId: AgentInstanceId;
  readonly retiredAgentId: AgentInstanceId;
  /** Pending. */
  readonly taskId: TaskId;
  readonly endedTaskId: TaskId;
  readonly abTestId: AbTestId;
}

const newId = createNewId();

/** Ids of an agency, whether or not anything has them. */
export const makeAgencyIds = (): Agency => ({
  agentRoleId: newId(),
  bareRoleId: newId(),
  idleRoleId: newId(),
  cookbookId: newId(),
  bareCookbookId: newId(),
  recipeId: newId(),
  bareRecipeId: newId(),
  subscriptionId: newId(),
  idleSubscriptionId: newId(),
  agentInstanceId: newId(),
  retiredAgentId: newId(),
  taskId: newId(),
  endedTaskId: newId(),
  abTestId: newId(),
});

/** What makes an agency, as expressions of a `with`; its agents and the ended task belong to the team. */
export const agencyInserts = `
  roles as (
    insert into app.agent_roles (tenant_id, id, name, created_at, updated_at)
    values ($tenantId, $agentRoleId, 'role', now(), now()), ($tenantId, $bareRoleId, 'bare', now(), now()),
      ($tenantId, $idleRoleId, 'idle', now(), now())
  ), cookbooks as (
    insert into app.cookbooks (tenant_id, id, agent_role_id, name, created_at, updated_at)
    values ($tenantId, $cookbookId, $agentRoleId, 'cookbook', now(), now()),
      ($tenantId, $bareCookbookId, $idleRoleId, 'bare', now(), now())
  ), recipes as (
    insert into app.recipes (tenant_id, id, cookbook_id, name, source_yaml, definition, created_at, updated_at)
    values ($tenantId, $recipeId, $cookbookId, 'recipe', '{}', '{}', now(), now()),
      ($tenantId, $bareRecipeId, $cookbookId, 'bare', '{}', '{}', now(), now())
  ), subscriptions as (
    insert into app.subscriptions (tenant_id, id, agent_role_id, purchased, allocated, active, created_at, updated_at)
    values ($tenantId, $subscriptionId, $agentRoleId, 4, 2, 1, now(), now()),
      ($tenantId, $idleSubscriptionId, $idleRoleId, 4, 2, 0, now(), now())
  ), agents as (
    insert into app.agent_instances (tenant_id, id, agent_role_id, cookbook_id, team_id, custom_name, status, created_at, updated_at)
    values ($tenantId, $agentInstanceId, $agentRoleId, $cookbookId, $teamId, 'agent', 'active', now(), now()),
      ($tenantId, $retiredAgentId, $agentRoleId, null, $teamId, 'bare', 'retired', now(), now())
  ), tasks as (
    insert into app.task_queue (tenant_id, id, agent_instance_id, recipe_id, team_id, kind, status, run_at, created_at, updated_at)
    values ($tenantId, $taskId, $agentInstanceId, $recipeId, null, 'pending', 'pending', now(), now(), now()),
      ($tenantId, $endedTaskId, null, null, $teamId, 'ended', 'completed', now(), now(), now())
  ), tests as (
    insert into app.ab_tests (tenant_id, id, recipe_id, name, metric, version_a, version_b, created_at, updated_at)
    values ($tenantId, $abTestId, $recipeId, 'test', 'speed', 1, 2, now(), now())
  ), results as (
    insert into app.ab_test_results (tenant_id, id, ab_test_id, variant, value, sample, created_at, updated_at)
    values ($tenantId, $resultId, $abTestId, 'a', 1, 'sample', now(), now())
  )`;
