import type { EntityManager } from "@mikro-orm/postgresql";
import { permissionsOf } from "@severalty/domain/permission";
import { enteringManager } from "./entering-manager.ts";
import { retriedTransaction } from "./retried-transaction.ts";
import { transactionIn } from "../driver/tenant-connection.ts";
import type { Actor, Occasion, Principal } from "./principal.ts";

/**
 * An entity manager of its own that enters the principal's tenant in every transaction; costs no query. A key's tenant is not known
 * before the database has said it, so that of a key reaches rows in `withTenant` alone.
 */
export const tenantManager = (em: EntityManager, principal: Principal, occasion: Occasion): EntityManager => {
  const { requestId, action } = occasion;
  if (principal.kind === "apiKey") {
    const keyHash = Buffer.from(principal.keyHash).toString("hex");
    return enteringManager(em, { keyHash, requestId, action });
  }
  const { sessionId, userId, tenantId, role } = principal;
  const variables = { session: sessionId, user: userId, tenant: tenantId, role, requestId, action };
  const manager = enteringManager(em, variables);
  manager.setFilterParams("tenant", { tenantId });
  return manager;
};

/**
 * Runs `work` in one transaction inside the principal's tenant, with an entity manager of its own and who acts, as the database has
 * confirmed. What `work` throws rolls everything back. A passing failure runs `work` again, unless COMMIT was already under way and its
 * outcome is unknown. Fails with `work`'s first statement, or in the end if it has none: SQLSTATE SV001 when the session has ended or the
 * membership has changed, SV002 when the tenant is suspended. A key is asked for before `work`: SVK01 when it is unknown, revoked or expired.
 * With `readOnly` each statement is a transaction of its own.
 */
export const withTenant = <Result>(
  em: EntityManager,
  principal: Principal,
  options: Occasion & { readOnly?: boolean },
  work: (em: EntityManager, actor: Actor) => Promise<Result>,
): Promise<Result> => {
  const { readOnly = false } = options;
  return retriedTransaction(
    () => tenantManager(em, principal, options),
    (tx) => {
      const actor = actorIn(tx, principal);
      tx.setFilterParams("tenant", { tenantId: actor.tenantId });
      return work(tx, actor);
    },
    { readOnly },
  );
};

const actorIn = (tx: EntityManager, principal: Principal): Actor => {
  if (principal.kind === "user") {
    const { kind, userId, tenantId, role } = principal;
    return { kind, id: userId, tenantId, userId, permissions: permissionsOf[role], isIdleKey: false };
  }
  const entered = transactionIn(tx)?.entered;
  if (entered?.kind !== "apiKey") throw new Error("no API key has entered this transaction");
  const { key, tenant, maker, permissions, isIdle: isIdleKey } = entered;
  return { kind: "apiKey", id: key, tenantId: tenant, userId: maker, permissions: new Set(permissions), isIdleKey };
};
