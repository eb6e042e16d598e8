import type { EntityManager } from "@mikro-orm/postgresql";
import type { Occasion, Principal } from "./principal.ts";

/** A fork of the entity manager that enters the principal's tenant in every transaction; costs no query. */
export const forkForTenant = (em: EntityManager, principal: Principal, occasion: Occasion): EntityManager => {
  const fork = em.fork({
    session: {
      variables: {
        session: principal.sessionId,
        user: principal.userId,
        tenant: principal.tenantId,
        role: principal.role,
        requestId: occasion.requestId,
        action: occasion.action,
      },
    },
  });
  fork.setFilterParams("tenant", { tenantId: principal.tenantId });
  return fork;
};

/**
 * Runs `work` in one transaction inside the principal's tenant, with an entity manager of its own. What `work` throws rolls
 * everything back. Throws `SessionEndedError` or `TenantSuspendedError` before `work` when the database no longer agrees with the principal.
 */
export const withTenant = <Result>(
  em: EntityManager,
  principal: Principal,
  options: Occasion & { readOnly?: boolean },
  work: (em: EntityManager) => Promise<Result>,
): Promise<Result> =>
  forkForTenant(em, principal, options).transactional(work, { readOnly: options.readOnly ?? false });
