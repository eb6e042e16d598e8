import type { AuditLogId, TaskId, TenantId } from "@severalty/domain/ids";
import type { DemoAgents } from "./demo-agents.ts";
import type { DemoPeople } from "./demo-people.ts";
import type { DemoSource } from "./demo-source.ts";
import { demoHistoryDays } from "./demo-size.ts";
import { clients, taskKinds, topics } from "./demo-words.ts";
import type { Row } from "./insert-rows.ts";

/** US dollars for a million tokens, in and out: what a mid-sized model costs. */
const usdPerMillion = { input: 3, output: 15 };

/** One task: most are done, some wait, a few failed. */
export const demoTask = (source: DemoSource, tenantId: TenantId, { agents, recipeIds }: DemoAgents): Row => {
  const at = source.past(60);
  const agent = source.pick(agents);
  const dice = source.int(1, 10);
  const status = dice <= 6 ? "completed" : dice <= 8 ? "pending" : dice === 9 ? "failed" : "cancelled";
  const isRun = status === "completed" || status === "failed";
  const startedAt = new Date(at.getTime() + source.int(1, 60) * 1000);
  const finishedAt = new Date(startedAt.getTime() + source.int(1, 300) * 1000);
  return {
    tenant_id: tenantId,
    id: source.id<TaskId>(at),
    agent_instance_id: agent.id,
    recipe_id: source.pick(recipeIds),
    team_id: agent.teamId,
    kind: source.pick(taskKinds),
    payload: { client: source.pick(clients), topic: source.pick(topics) },
    priority: source.int(-1, 1),
    status,
    run_at: at,
    attempts: isRun ? 1 : 0,
    max_attempts: 3,
    result: status === "completed" ? { words: source.int(120, 900) } : null,
    error: status === "failed" ? "the brief names a document that is not there" : null,
    started_at: isRun ? startedAt : null,
    finished_at: isRun ? finishedAt : null,
    version: 1,
    created_at: at,
    updated_at: isRun ? finishedAt : at,
  };
};

/** One row of the audit log: an agent's run, with its tokens, cost and time. */
export const demoUsage = (source: DemoSource, tenantId: TenantId, people: DemoPeople, { agents }: DemoAgents): Row => {
  const at = source.past(demoHistoryDays);
  const agent = source.pick(agents);
  const [input, output] = [source.int(400, 12_000), source.int(80, 3_000)];
  return {
    tenant_id: tenantId,
    timestamp: at,
    id: source.id<AuditLogId>(at),
    user_id: source.pick(people.members).userId,
    actor_kind: "user",
    action: "tasks.run",
    outcome: source.int(1, 40) === 1 ? "error" : "ok",
    resource_type: "agentInstances",
    resource_id: agent.id,
    details: {},
    agent_instance_id: agent.id,
    tokens_input: input,
    tokens_output: output,
    cost_usd: ((input * usdPerMillion.input + output * usdPerMillion.output) / 1_000_000).toFixed(6),
    execution_ms: source.int(300, 45_000),
  };
};
