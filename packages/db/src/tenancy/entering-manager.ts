import type { EntityManager } from "@mikro-orm/postgresql";

/**
 * An entity manager of its own, whose transactions enter by these variables of the session. It is what `em.fork` makes of one that has been given
 * nothing; a fork writes the configuration twice on its way, and an environment variable with it (MikroORM 7.2.1, utils/Configuration.js).
 */
export const enteringManager = (em: EntityManager, variables: Readonly<Record<string, string>>): EntityManager => {
  // oxlint-disable-next-line leaks/no-raw-connection -- it makes an entity manager, and asks nothing
  const manager = em.getDriver().createEntityManager(false);
  manager.setSessionContext({ variables });
  return manager;
};
