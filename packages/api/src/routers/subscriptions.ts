import { Subscription } from "@severalty/db/entities/subscription";
import { DomainError } from "@severalty/domain/errors";
import { TenantRepository } from "@severalty/db/tenancy/tenant-repository";
import { agentRoleId, subscriptionId, type AgentRoleId, type SubscriptionId } from "@severalty/domain/ids";
import { assertPlaces, placeCount } from "@severalty/domain/subscription";
import { z } from "zod";
import { idInput, listInput, newestFirst, removeInput, updateInput, type ListAnswer } from "../pagination.ts";
import { router, tenantProcedure } from "../procedures.ts";
import { given, where } from "../where.ts";

/** How many agents of one role a tenant may have, and has. */
export interface SubscriptionItem {
  id: SubscriptionId;
  agentRoleId: AgentRoleId;
  /** Agents that were bought. */
  purchased: number;
  /** Agents that may be deployed: at most `purchased`. */
  allocated: number;
  /** Agents at work: at most `allocated`; counted by deploying and retiring them. */
  active: number;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const fields = ["id", "agentRoleId", "purchased", "allocated", "active", "version", "createdAt", "updatedAt"] as const;

/**
 * How many agents of each role the caller's tenant has bought and set aside. `active` moves with its agents alone; a subscription under
 * which agents are at work cannot be removed.
 */
export const subscriptionsRouter = router({
  list: tenantProcedure(
    "subscriptions.read",
    listInput({ agentRoleId: agentRoleId.optional() }, ["purchased", "createdAt", "updatedAt"]),
  ).query(({ ctx, input }): Promise<ListAnswer<SubscriptionItem>> =>
    newestFirst(new TenantRepository(ctx.em, Subscription), fields, input, where({ agentRoleId: input.agentRoleId })),
  ),

  byId: tenantProcedure("subscriptions.read", idInput(subscriptionId)).query(
    ({ ctx, input }): Promise<SubscriptionItem> => new TenantRepository(ctx.em, Subscription).byId(input.id, fields),
  ),

  create: tenantProcedure(
    "subscriptions.write",
    z.strictObject({ agentRoleId, purchased: placeCount, allocated: placeCount.default(0) }),
  ).mutation(({ ctx, input }): Promise<SubscriptionItem> => {
    assertPlaces({ ...input, active: 0 });
    const { newId, clock } = ctx.services;
    const data = { ...input, id: newId<SubscriptionId>() };
    return new TenantRepository(ctx.em, Subscription).create(data, clock(), fields);
  }),

  update: tenantProcedure(
    "subscriptions.write",
    updateInput(subscriptionId, { purchased: placeCount, allocated: placeCount }),
  ).mutation(async ({ ctx, input }): Promise<SubscriptionItem> => {
    const { id, version, ...changes } = input;
    const subscriptions = new TenantRepository(ctx.em, Subscription);
    const seen = await subscriptions.byId(id, ["purchased", "allocated", "active", "version"]);
    // Deploying counts the version up, so what holds of the row of this version holds when it is written.
    if (seen.version === version) assertPlaces({ ...seen, ...given(changes) });
    return subscriptions.update(id, version, given(changes), ctx.services.clock(), fields).last();
  }),

  remove: tenantProcedure("subscriptions.write", removeInput(subscriptionId)).mutation(
    async ({ ctx, input }): Promise<{ id: SubscriptionId }> => {
      const subscriptions = new TenantRepository(ctx.em, Subscription);
      const { active, version } = await subscriptions.byId(input.id, ["active", "version"]);
      if (active > 0) {
        throw new DomainError(
          "conflict",
          "subscriptions/in-use",
          `agents are at work under the subscription: retire them first, got ${active}`,
        );
      }
      return subscriptions.remove(input.id, input.version ?? version).last();
    },
  ),
});
