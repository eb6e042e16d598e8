import { Cookbook } from "@severalty/db/entities/cookbook";
import { TenantRepository } from "@severalty/db/tenancy/tenant-repository";
import { agentRoleId, cookbookId, type AgentRoleId, type CookbookId } from "@severalty/domain/ids";
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

/** A set of recipes for one agent role. */
export interface CookbookItem {
  id: CookbookId;
  agentRoleId: AgentRoleId;
  name: string;
  description: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const fields = ["id", "agentRoleId", "name", "description", "version", "createdAt", "updatedAt"] as const;

/**
 * Cookbooks of the caller's tenant. Removing one removes its recipes. One that an agent works by cannot be removed, nor one of whose
 * recipes tasks or A/B tests tell.
 */
export const cookbooksRouter = router({
  list: tenantProcedure(
    "cookbooks.read",
    listInput({ agentRoleId: agentRoleId.optional(), search: searchText }, ["name", "createdAt", "updatedAt"]),
  ).query(({ ctx, input }): Promise<ListAnswer<CookbookItem>> =>
    newestFirst(
      new TenantRepository(ctx.em, Cookbook),
      fields,
      input,
      where({ agentRoleId: input.agentRoleId, $and: containsEachWord(["name", "description"], input.search) }),
    ),
  ),

  byId: tenantProcedure("cookbooks.read", idInput(cookbookId)).query(({ ctx, input }): Promise<CookbookItem> =>
    new TenantRepository(ctx.em, Cookbook).byId(input.id, fields),
  ),

  create: tenantProcedure(
    "cookbooks.write",
    z.strictObject({ agentRoleId, name: displayName, description: description.default("") }),
  ).mutation(({ ctx, input }): Promise<CookbookItem> => {
    const { newId, clock } = ctx.services;
    return new TenantRepository(ctx.em, Cookbook).create({ ...input, id: newId<CookbookId>() }, clock(), fields);
  }),

  update: tenantProcedure("cookbooks.write", updateInput(cookbookId, { name: displayName, description })).mutation(
    ({ ctx, input }): Promise<CookbookItem> => {
      const { id, version, ...changes } = input;
      return new TenantRepository(ctx.em, Cookbook).update(id, version, given(changes), ctx.services.clock(), fields);
    },
  ),

  remove: tenantProcedure("cookbooks.write", removeInput(cookbookId)).mutation(
    ({ ctx, input }): Promise<{ id: CookbookId }> =>
      new TenantRepository(ctx.em, Cookbook).remove(input.id, input.version),
  ),
});
