import type { EntityManager } from "@mikro-orm/postgresql";
import type { AccessGrantId, TenantId } from "@severalty/domain/ids";
import { enteringManager } from "../tenancy/entering-manager.ts";
import { retriedTransaction } from "../tenancy/retried-transaction.ts";
import { transactionIn } from "../driver/tenant-connection.ts";
import type { Occasion, UserPrincipal } from "../tenancy/principal.ts";

/** A platform administrator's call: under which grant, and of which tenant it is, if it is of one. */
export interface PlatformCall extends Occasion {
  readonly grantId: AccessGrantId;
  readonly about: TenantId | null;
  /** What the logs keep of the call beside its grant. */
  readonly note?: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs `work` in one transaction as severalty_platform, with an entity manager of its own that reaches the tenant that the call is about, or
 * else whatever the grant is for. Entering has written the call to the logs of the platform and of that tenant; they are committed
 * together. Fails before `work`: SQLSTATE SV001 when the session has ended or its user is no platform administrator any more, SVP01 without
 * a living grant for that.
 */
export const withPlatform = <Result>(
  em: EntityManager,
  { sessionId, userId }: UserPrincipal,
  call: PlatformCall,
  work: (em: EntityManager) => Promise<Result>,
): Promise<Result> => {
  const { grantId, about, requestId, action, note = {} } = call;
  const entry = { grantId, about: about ?? "", requestId, action, note: JSON.stringify(note) };
  const variables = { session: sessionId, user: userId, ...entry };
  return retriedTransaction(
    () => enteringManager(em, variables),
    (tx) => {
      const entered = transactionIn(tx)?.entered;
      if (entered?.kind !== "grant") throw new Error("no grant has entered this transaction");
      const { tenantId } = entered;
      tx.setFilterParams("tenant", tenantId === null ? { isForAll: true } : { tenantId });
      return work(tx);
    },
  );
};
