import type { Operator } from "@severalty/db/testing/make-operator";
import { createNewId, type AccessGrantId } from "@severalty/domain/ids";
import type { World } from "./world.ts";

/** An administrator of the platform, a tenant, and his grants. */
export interface Place {
  readonly operator: Operator;
  readonly tenant: World;
  readonly forTenant: AccessGrantId;
  readonly forAll: AccessGrantId;
}

/** What the general tests need to know of a procedure of the platform. */
export interface PlatformCase {
  /** By what it is called: the session alone, a grant that its input names, or one that has to be for all tenants. */
  readonly by: "session" | "grant" | "grantForAll";
  /** Whether `id` is that of the tenant that it is about. */
  readonly isAbout?: true;
  /** An input that succeeds, by that grant if it needs one. */
  readonly input: (place: Place, grantId: AccessGrantId) => object;
  /** Fields of its input that take an id, beside those that the two above tell. */
  readonly ids?: readonly string[];
  /** What of the place has to be so before. */
  readonly status?: "suspended";
}

const newId = createNewId();

/** One case per procedure below `platform`: the test of the registry fails for one that has none. */
export const platformCases: Readonly<Record<string, PlatformCase>> = {
  "platform.grants.list": {
    by: "session",
    input: () => ({ limit: 5, isLiving: true }),
    ids: ["cursor", "userId", "tenantId"],
  },
  "platform.grants.byId": { by: "session", input: ({ forAll }) => ({ id: forAll }), ids: ["id"] },
  "platform.grants.create": {
    by: "session",
    input: ({ tenant }) => ({ tenantId: tenant.tenantId, reason: "to look into a ticket", minutes: 5 }),
    ids: ["tenantId"],
  },
  "platform.grants.end": { by: "session", input: ({ forTenant }) => ({ id: forTenant }), ids: ["id"] },

  "platform.tenants.list": { by: "grant", input: (_, grantId) => ({ grantId, limit: 5 }), ids: ["cursor"] },
  "platform.tenants.byId": {
    by: "grant",
    isAbout: true,
    input: ({ tenant }, grantId) => ({ grantId, id: tenant.tenantId }),
  },
  "platform.tenants.create": {
    by: "grantForAll",
    input: (_, grantId) => {
      const slug = `made-${newId()}`;
      return { grantId, name: "Made", slug, administrator: { email: `${slug}@example.com`, name: "Ada Made" } };
    },
  },
  "platform.tenants.update": {
    by: "grant",
    isAbout: true,
    input: ({ tenant }, grantId) => ({ grantId, id: tenant.tenantId, version: 1, name: "Renamed" }),
  },
  "platform.tenants.suspend": {
    by: "grant",
    isAbout: true,
    input: ({ tenant }, grantId) => ({ grantId, id: tenant.tenantId, reason: "has not paid" }),
  },
  "platform.tenants.activate": {
    by: "grant",
    isAbout: true,
    status: "suspended",
    input: ({ tenant }, grantId) => ({ grantId, id: tenant.tenantId, reason: "has paid" }),
  },
  "platform.tenants.remove": {
    by: "grant",
    isAbout: true,
    status: "suspended",
    input: ({ tenant }, grantId) => ({ grantId, id: tenant.tenantId, slug: tenant.slug }),
  },
};
