import { raw, type EntityManager } from "@mikro-orm/core";
import { asId, type TenantId } from "@severalty/domain/ids";
import { NoTenantError } from "@severalty/domain/errors";

/** What an entity manager has entered: one tenant, or by a grant for all, which policies alone hold, every tenant. */
export interface Scope {
  readonly tenantId?: TenantId;
  readonly isForAll?: true;
}

/**
 * Always on: gives the planner an explicit `tenant_id = …`, which the policy then confirms. Throws `NoTenantError`, before any SQL,
 * when no tenant is entered.
 */
export const tenantFilter = (property: "tenantId" | "id") => ({
  name: "tenant",
  cond: (parameters: Scope | undefined) => {
    if (parameters?.isForAll === true) return {};
    if (typeof parameters?.tenantId !== "string") throw new NoTenantError("a query");
    return { [property]: parameters.tenantId };
  },
  default: true,
  // Without it MikroORM answers missing parameters with an error of its own.
  args: false,
});

/** Throws `NoTenantError`, before any SQL, unless this entity manager has entered a tenant, or by a grant every one. */
export const assertEntered = (em: EntityManager, what: string): void => {
  if (em.getFilterParams<Scope>("tenant")?.isForAll !== true) tenantOf(em, what);
};

/** The tenant that this entity manager has entered. Throws `NoTenantError`, before any SQL, when it has entered none. */
export const tenantOf = (em: EntityManager, what: string): TenantId => {
  const tenant: unknown = em.getFilterParams<{ tenantId: TenantId }>("tenant")?.tenantId;
  if (typeof tenant !== "string") throw new NoTenantError(what);
  return asId(tenant);
};

/**
 * What belongs to a team is seen by its members and by administrators; what belongs to none, by the whole tenant. The team is the
 * entered user's, as the database has it.
 */
export const teamFilter = {
  name: "team",
  cond: () => ({
    $or: [{ teamId: null }, { teamId: { $eq: raw("app.team_id()") } }, { [raw("app.sees_all_teams()")]: true }],
  }),
  default: true,
};
