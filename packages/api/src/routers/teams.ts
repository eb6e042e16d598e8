import { Team } from "@severalty/db/entities/team";
import { TenantRepository } from "@severalty/db/tenancy/tenant-repository";
import { teamId, type TeamId } from "@severalty/domain/ids";
import { description, displayName } from "@severalty/domain/name";
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
import { z } from "zod";
import { containsEachWord, given, where } from "../where.ts";

/** A part of a tenant. */
export interface TeamItem {
  id: TeamId;
  name: string;
  description: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const fields = ["id", "name", "description", "version", "createdAt", "updatedAt"] as const;
const content = { name: displayName, description };

/**
 * Teams of the caller's tenant. One that still has members, agents, documents, tasks or anything else cannot be removed: without it, what
 * was the team's alone would be seen by the whole tenant.
 */
export const teamsRouter = router({
  list: tenantProcedure("teams.read", listInput({ search: searchText }, ["name", "createdAt", "updatedAt"])).query(
    ({ ctx, input }): Promise<ListAnswer<TeamItem>> =>
      newestFirst(
        new TenantRepository(ctx.em, Team),
        fields,
        input,
        where({ $and: containsEachWord(["name", "description"], input.search) }),
      ),
  ),

  byId: tenantProcedure("teams.read", idInput(teamId)).query(({ ctx, input }): Promise<TeamItem> =>
    new TenantRepository(ctx.em, Team).byId(input.id, fields),
  ),

  create: tenantProcedure(
    "teams.write",
    z.strictObject({ name: displayName, description: description.default("") }),
  ).mutation(({ ctx, input }): Promise<TeamItem> => {
    const { newId, clock } = ctx.services;
    return new TenantRepository(ctx.em, Team).create({ ...input, id: newId<TeamId>() }, clock(), fields);
  }),

  update: tenantProcedure("teams.write", updateInput(teamId, content)).mutation(({ ctx, input }): Promise<TeamItem> => {
    const { id, version, ...changes } = input;
    return new TenantRepository(ctx.em, Team).update(id, version, given(changes), ctx.services.clock(), fields);
  }),

  remove: tenantProcedure("teams.write", removeInput(teamId)).mutation(({ ctx, input }): Promise<{ id: TeamId }> =>
    new TenantRepository(ctx.em, Team).remove(input.id, input.version),
  ),
});
