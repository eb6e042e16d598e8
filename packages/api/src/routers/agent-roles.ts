import { AgentRole } from "@severalty/db/entities/agent-role";
import { TenantRepository } from "@severalty/db/tenancy/tenant-repository";
import { capabilities } from "@severalty/domain/agent-role";
import { agentRoleId, type AgentRoleId } from "@severalty/domain/ids";
import { jsonObject, type JsonObject } from "@severalty/domain/json";
import { description, displayName } from "@severalty/domain/name";
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

/** What agents can be, and how they are configured unless told otherwise. */
export interface AgentRoleItem {
  id: AgentRoleId;
  name: string;
  description: string;
  capabilities: string[];
  defaultConfiguration: JsonObject;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const fields = [
  "id",
  "name",
  "description",
  "capabilities",
  "defaultConfiguration",
  "version",
  "createdAt",
  "updatedAt",
] as const;

/** What agents of the caller's tenant can be. One that has cookbooks, agents or a subscription means something to each: it cannot be removed. */
export const agentRolesRouter = router({
  list: tenantProcedure("agentRoles.read", listInput({ search: searchText }, ["name", "createdAt", "updatedAt"])).query(
    ({ ctx, input }): Promise<ListAnswer<AgentRoleItem>> =>
      newestFirst(
        new TenantRepository(ctx.em, AgentRole),
        fields,
        input,
        where({ $and: containsEachWord(["name", "description"], input.search) }),
      ),
  ),

  byId: tenantProcedure("agentRoles.read", idInput(agentRoleId)).query(({ ctx, input }): Promise<AgentRoleItem> =>
    new TenantRepository(ctx.em, AgentRole).byId(input.id, fields),
  ),

  create: tenantProcedure(
    "agentRoles.write",
    z.strictObject({
      name: displayName,
      description: description.default(""),
      capabilities: capabilities.default([]),
      defaultConfiguration: jsonObject.default({}),
    }),
  ).mutation(({ ctx, input }): Promise<AgentRoleItem> => {
    const { newId, clock } = ctx.services;
    return new TenantRepository(ctx.em, AgentRole).create({ ...input, id: newId<AgentRoleId>() }, clock(), fields);
  }),

  update: tenantProcedure(
    "agentRoles.write",
    updateInput(agentRoleId, { name: displayName, description, capabilities, defaultConfiguration: jsonObject }),
  ).mutation(({ ctx, input }): Promise<AgentRoleItem> => {
    const { id, version, ...changes } = input;
    return new TenantRepository(ctx.em, AgentRole).update(id, version, given(changes), ctx.services.clock(), fields);
  }),

  remove: tenantProcedure("agentRoles.write", removeInput(agentRoleId)).mutation(
    ({ ctx, input }): Promise<{ id: AgentRoleId }> =>
      new TenantRepository(ctx.em, AgentRole).remove(input.id, input.version),
  ),
});
