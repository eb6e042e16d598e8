import { AgentInstance } from "@severalty/db/entities/agent-instance";
import { Subscriptions } from "@severalty/db/tenancy/subscriptions";
import { TenantRepository } from "@severalty/db/tenancy/tenant-repository";
import { agentInstanceStatuses, avatarIcon, type AgentInstanceStatus } from "@severalty/domain/agent-instance";
import { DomainError } from "@severalty/domain/errors";
import {
  agentInstanceId,
  agentRoleId,
  cookbookId,
  teamId,
  type AgentInstanceId,
  type AgentRoleId,
  type CookbookId,
  type TeamId,
} from "@severalty/domain/ids";
import { jsonObject, type JsonObject } from "@severalty/domain/json";
import { displayName } from "@severalty/domain/name";
import { z } from "zod";
import {
  idInput,
  listInput,
  newestFirst,
  removeInput,
  searchText,
  updateInput,
  type ListAnswer,
} from "../pagination.ts";
import { router, tenantProcedure } from "../procedures.ts";
import { containsEachWord, given, where } from "../where.ts";

/** An agent that works for a team. */
export interface AgentInstanceItem {
  id: AgentInstanceId;
  agentRoleId: AgentRoleId;
  cookbookId?: CookbookId | null | undefined;
  /** The team that it works for, and whose members see it. */
  teamId: TeamId;
  customName: string;
  avatarIcon?: string | null | undefined;
  configuration: JsonObject;
  status: AgentInstanceStatus;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const fields = [
  "id",
  "agentRoleId",
  "cookbookId",
  "teamId",
  "customName",
  "avatarIcon",
  "configuration",
  "status",
  "version",
  "createdAt",
  "updatedAt",
] as const;

/**
 * Agents at work for the teams of the caller's tenant. Deploying one takes a place of its role's subscription, retiring it gives the
 * place back; only a retired one can be removed. One that has tasks or a budget cannot: those would no longer say whose they were.
 */
export const agentInstancesRouter = router({
  list: tenantProcedure(
    "agentInstances.read",
    listInput(
      {
        agentRoleId: agentRoleId.optional(),
        cookbookId: cookbookId.nullable().optional(),
        teamId: teamId.optional(),
        status: z.enum(agentInstanceStatuses).optional(),
        search: searchText,
      },
      ["customName", "createdAt", "updatedAt"],
    ),
  ).query(({ ctx, input }): Promise<ListAnswer<AgentInstanceItem>> => {
    const condition = where({
      agentRoleId: input.agentRoleId,
      cookbookId: input.cookbookId,
      teamId: input.teamId,
      status: input.status,
      $and: containsEachWord(["customName"], input.search),
    });
    return newestFirst(new TenantRepository(ctx.em, AgentInstance), fields, input, condition);
  }),

  byId: tenantProcedure("agentInstances.read", idInput(agentInstanceId)).query(
    ({ ctx, input }): Promise<AgentInstanceItem> => new TenantRepository(ctx.em, AgentInstance).byId(input.id, fields),
  ),

  create: tenantProcedure(
    "agentInstances.write",
    z.strictObject({
      agentRoleId,
      cookbookId: cookbookId.nullable().default(null),
      teamId,
      customName: displayName,
      avatarIcon: avatarIcon.nullable().default(null),
      configuration: jsonObject.default({}),
    }),
  ).mutation(async ({ ctx, input }): Promise<AgentInstanceItem> => {
    const { newId, clock } = ctx.services;
    const now = clock();
    const agents = new TenantRepository(ctx.em, AgentInstance);
    const agent = await agents.create({ ...input, id: newId<AgentInstanceId>() }, now, fields);
    await new Subscriptions(ctx.em).occupy(input.agentRoleId, now);
    return agent;
  }),

  update: tenantProcedure(
    "agentInstances.write",
    updateInput(agentInstanceId, {
      cookbookId: cookbookId.nullable(),
      teamId,
      customName: displayName,
      avatarIcon: avatarIcon.nullable(),
      configuration: jsonObject,
    }),
  ).mutation(({ ctx, input }): Promise<AgentInstanceItem> => {
    const { id, version, ...changes } = input;
    const agents = new TenantRepository(ctx.em, AgentInstance);
    return agents.update(id, version, given(changes), ctx.services.clock(), fields);
  }),

  retire: tenantProcedure("agentInstances.write", removeInput(agentInstanceId)).mutation(
    async ({ ctx, input }): Promise<AgentInstanceItem> => {
      const now = ctx.services.clock();
      const agents = new TenantRepository(ctx.em, AgentInstance);
      const agent = await agents.byId(input.id, ["agentRoleId", "status", "version"]);
      if (agent.status === "retired") {
        throw new DomainError("conflict", "agentInstances/retired", "the agent is retired already");
      }
      const version = input.version ?? agent.version;
      const retired = await agents.update(input.id, version, { status: "retired" }, now, fields);
      await new Subscriptions(ctx.em).release(agent.agentRoleId, now);
      return retired;
    },
  ),

  remove: tenantProcedure("agentInstances.write", removeInput(agentInstanceId)).mutation(
    async ({ ctx, input }): Promise<{ id: AgentInstanceId }> => {
      const agents = new TenantRepository(ctx.em, AgentInstance);
      const { status } = await agents.byId(input.id, ["status"]);
      if (status !== "retired") {
        throw new DomainError(
          "conflict",
          "agentInstances/not-retired",
          `only a retired agent can be removed, this one is ${status}`,
        );
      }
      return agents.remove(input.id, input.version).last();
    },
  ),
});
