import type { EntityManager } from "@mikro-orm/postgresql";
import type { Occasion, Principal } from "./principal.ts";
import { toDomainError } from "../database-error.ts";
import { transactionIn } from "../driver/tenant-connection.ts";
import { withTenant } from "./with-tenant.ts";

/**
 * Writes the audit row of a refused or failed call, in a transaction of its own. A caller whose session or key has ended or whose
 * tenant is suspended can enter no tenant, so nothing is written for him; neither is it while the database is away.
 */
export const recordFailure = async (
  em: EntityManager,
  principal: Principal,
  occasion: Occasion,
  outcome: "denied" | "error",
  reason: string,
): Promise<void> => {
  try {
    await withTenant(em, principal, occasion, (tx) => {
      transactionIn(tx)?.endWithNext();
      return tx.execute("select app.record(?, ?)", [outcome, JSON.stringify({ reason })]);
    });
  } catch (error) {
    if (toDomainError(error) === undefined) throw error;
  }
};
