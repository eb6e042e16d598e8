import { AgentInstance } from "@severalty/db/entities/agent-instance";
import { Task } from "@severalty/db/entities/task";
import { TenantRepository } from "@severalty/db/tenancy/tenant-repository";
import { DomainError } from "@severalty/domain/errors";
import {
  agentInstanceId,
  recipeId,
  taskId,
  teamId,
  type AgentInstanceId,
  type RecipeId,
  type TaskId,
  type TeamId,
} from "@severalty/domain/ids";
import { jsonObject, type Json, type JsonObject } from "@severalty/domain/json";
import { taskAttemptsMax, taskKind, taskPriority, taskStatuses, type TaskStatus } from "@severalty/domain/task";
import { moment } from "@severalty/domain/moment";
import { z } from "zod";
import { idInput, listInput, newestFirst, removeInput, updateInput, type ListAnswer } from "../pagination.ts";
import { router, tenantProcedure } from "../procedures.ts";
import { between, given, where } from "../where.ts";

/** A task without what goes in and what came out. */
export interface TaskSummary {
  id: TaskId;
  agentInstanceId?: AgentInstanceId | null | undefined;
  recipeId?: RecipeId | null | undefined;
  /** The team that sees it; null for the whole tenant. */
  teamId?: TeamId | null | undefined;
  kind: string;
  priority: number;
  status: TaskStatus;
  /** Not before this moment. */
  runAt: Date;
  attempts: number;
  maxAttempts: number;
  startedAt?: Date | null | undefined;
  finishedAt?: Date | null | undefined;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** A task with what goes in and what came out. */
export interface TaskWhole extends TaskSummary {
  payload: JsonObject;
  result?: Json | undefined;
  /** Why the last attempt failed. */
  error?: string | null | undefined;
}

const summary = [
  "id",
  "agentInstanceId",
  "recipeId",
  "teamId",
  "kind",
  "priority",
  "status",
  "runAt",
  "attempts",
  "maxAttempts",
  "startedAt",
  "finishedAt",
  "version",
  "createdAt",
  "updatedAt",
] as const;
const whole = [...summary, "payload", "result", "error"] as const;

/**
 * Work queued for the agents of the caller's tenant. A member sees that of his team and of the whole tenant, and gives it no other team.
 * Only a pending task is changed, a pending or running one cancelled, and one that has ended removed; nothing refers to a task.
 */
export const tasksRouter = router({
  list: tenantProcedure(
    "tasks.read",
    listInput(
      {
        status: z.enum(taskStatuses).optional(),
        kind: taskKind.optional(),
        teamId: teamId.nullable().optional(),
        agentInstanceId: agentInstanceId.nullable().optional(),
        recipeId: recipeId.nullable().optional(),
        createdFrom: moment.optional(),
        createdBefore: moment.optional(),
      },
      ["createdAt"],
    ),
  ).query(({ ctx, input }): Promise<ListAnswer<TaskSummary>> => {
    const { limit, cursor, sort, createdFrom, createdBefore, ...filters } = input;
    const condition = where({ ...filters, createdAt: between(createdFrom, createdBefore) });
    return newestFirst(new TenantRepository(ctx.em, Task), summary, { limit, cursor, sort }, condition);
  }),

  byId: tenantProcedure("tasks.read", idInput(taskId)).query(({ ctx, input }): Promise<TaskWhole> =>
    new TenantRepository(ctx.em, Task).byId(input.id, whole),
  ),

  /** Without a `teamId` a task belongs to its agent's team; with null, or without an agent, to the whole tenant. */
  create: tenantProcedure(
    "tasks.write",
    z.strictObject({
      kind: taskKind,
      payload: jsonObject.default({}),
      agentInstanceId: agentInstanceId.nullable().default(null),
      recipeId: recipeId.nullable().default(null),
      teamId: teamId.nullable().optional(),
      priority: taskPriority.default(0),
      runAt: moment.optional(),
      maxAttempts: taskAttemptsMax.default(3),
    }),
  ).mutation(async ({ ctx, input }): Promise<TaskWhole> => {
    const { newId, clock } = ctx.services;
    const now = clock();
    const agent =
      input.agentInstanceId === null
        ? undefined
        : await new TenantRepository(ctx.em, AgentInstance).referred(input.agentInstanceId, "tasks", [
            "teamId",
            "status",
          ]);
    if (agent?.status === "retired") {
      throw new DomainError("conflict", "agentInstances/retired", "the agent is retired and takes no tasks");
    }
    const data = {
      ...input,
      id: newId<TaskId>(),
      teamId: input.teamId === undefined ? (agent?.teamId ?? null) : input.teamId,
      runAt: input.runAt ?? now,
    };
    return new TenantRepository(ctx.em, Task).create(data, now, whole);
  }),

  update: tenantProcedure(
    "tasks.write",
    updateInput(taskId, {
      payload: jsonObject,
      teamId: teamId.nullable(),
      priority: taskPriority,
      runAt: moment,
      maxAttempts: taskAttemptsMax,
    }),
  ).mutation(async ({ ctx, input }): Promise<TaskWhole> => {
    const { id, version, ...changes } = input;
    const tasks = new TenantRepository(ctx.em, Task);
    await assertStatus(tasks, id, "changed", ["pending"]);
    return tasks.update(id, version, given(changes), ctx.services.clock(), whole).last();
  }),

  /** Takes the task from the worker that runs it, if any: what the worker reports later is refused with its lease. */
  cancel: tenantProcedure("tasks.write", removeInput(taskId)).mutation(async ({ ctx, input }): Promise<TaskWhole> => {
    const tasks = new TenantRepository(ctx.em, Task);
    const seen = await assertStatus(tasks, input.id, "cancelled", ["pending", "running"]);
    const now = ctx.services.clock();
    const lease = { leaseToken: null, leasedBy: null, leaseExpiresAt: null };
    const changes = { ...lease, status: "cancelled" as const, finishedAt: now };
    return tasks.update(input.id, input.version ?? seen, changes, now, whole).last();
  }),

  remove: tenantProcedure("tasks.write", removeInput(taskId)).mutation(
    async ({ ctx, input }): Promise<{ id: TaskId }> => {
      const tasks = new TenantRepository(ctx.em, Task);
      const seen = await assertStatus(tasks, input.id, "removed", ["completed", "failed", "cancelled"]);
      return tasks.remove(input.id, input.version ?? seen).last();
    },
  ),
});

/** Answers the task's version, which the change then names, so that its status is still the one seen here. */
const assertStatus = async (
  tasks: TenantRepository<Task>,
  id: TaskId,
  change: "changed" | "cancelled" | "removed",
  allowed: readonly TaskStatus[],
): Promise<number> => {
  const { status, version } = await tasks.byId(id, ["status", "version"]);
  if (allowed.includes(status)) return version;
  const any = new Intl.ListFormat("en-GB", { type: "disjunction" }).format(allowed);
  throw new DomainError(
    "conflict",
    `tasks/${status}`,
    `only a task that is ${any} can be ${change}, this one is ${status}`,
  );
};
