import type { EntityManager } from "@mikro-orm/postgresql";
import pRetry from "p-retry";
import { isTransient } from "../database-error.ts";
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

/** Attempts after the first when the database was away or two transactions collided; they wait 0.1, 0.2, 0.4 and 0.8 seconds. */
const retries = 4;

/**
 * Runs `work` in one transaction inside the principal's tenant, with an entity manager of its own. What `work` throws rolls
 * everything back. A passing failure runs `work` again, unless COMMIT was already under way and its outcome is unknown. Fails with
 * SQLSTATE SV001 or SV002, before `work`, when the session has ended, the membership has changed, or the tenant is suspended.
 */
export const withTenant = <Result>(
  em: EntityManager,
  principal: Principal,
  options: Occasion & { readOnly?: boolean },
  work: (em: EntityManager) => Promise<Result>,
): Promise<Result> => {
  const { readOnly = false } = options;
  let isCommitting = false;
  const attempt = () =>
    forkForTenant(em, principal, options).transactional(
      async (tx) => {
        const result = await work(tx);
        isCommitting = !readOnly;
        return result;
      },
      { readOnly },
    );
  return pRetry(attempt, {
    retries,
    minTimeout: 100,
    shouldRetry: ({ error }) => !isCommitting && isTransient(error),
  });
};
