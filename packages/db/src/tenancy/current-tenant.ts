import type { EntityManager } from "@mikro-orm/postgresql";
import { Tenant } from "../entities/tenant.ts";
import { tenantOf } from "./tenant-filter.ts";
import { ReadRepository, type Field } from "./tenant-repository.ts";

/** The row of the tenant that has been entered, so that nobody has to say which. */
export const currentTenant = <F extends Field<Tenant>>(
  em: EntityManager,
  fields: readonly F[],
): Promise<Pick<Tenant, F>> => new ReadRepository(em, Tenant).byId(tenantOf(em, "a query of tenants"), fields);
