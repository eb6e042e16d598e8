import { raw } from "@mikro-orm/postgresql";
import { DomainError } from "@severalty/domain/errors";
import type { AgentRoleId } from "@severalty/domain/ids";
import { Subscription } from "../entities/subscription.ts";
import type { EntityManager } from "../orm.ts";
import { TenantRepository } from "./tenant-repository.ts";

/** Counts of agents at work. Each change locks the subscription's row until the transaction ends, so no two deploy the last place. */
export class Subscriptions extends TenantRepository<Subscription> {
  constructor(em: EntityManager) {
    super(em, Subscription);
  }

  /** Takes one allocated place of the role. Throws `subscriptions/none-free` when there is none. */
  async occupy(agentRoleId: AgentRoleId, at: Date): Promise<void> {
    if (await this.#move(agentRoleId, at, "active + 1", "active < allocated")) return;
    throw new DomainError(
      "conflict",
      "subscriptions/none-free",
      "no allocated place of that role's subscription is free",
    );
  }

  /** Gives one place of the role back. */
  async release(agentRoleId: AgentRoleId, at: Date): Promise<void> {
    if (await this.#move(agentRoleId, at, "active - 1", "active > 0")) return;
    throw new Error("an agent was at work without a place of its role's subscription");
  }

  async #move(agentRoleId: AgentRoleId, at: Date, active: string, condition: string): Promise<boolean> {
    const query = this.query()
      .update({ active: raw(active), version: raw("version + 1"), updatedAt: at })
      .where({ tenantId: this.tenantId, agentRoleId });
    query.andWhere(raw(condition));
    const { affectedRows } = await query.execute("run");
    return affectedRows === 1;
  }
}
