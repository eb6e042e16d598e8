import type { Samples } from "../samples.ts";

export const tenantEnteredOnce: Samples = {
  file: "packages/api/src/routers/leak.ts",
  good: [
    'import type { Principal } from "@severalty/db/tenancy/principal";',
    "new TenantRepository(ctx.em, Document).byId(input.id, whole);",
  ],
  bad: [
    {
      title: "another tenant, entered in a handler",
      seen: "Morelitea/initiative#791",
      code: "await withTenant(em, principal, options, work);",
    },
    {
      title: "the way into another tenant, imported",
      code: 'import { withTenant } from "@severalty/db/tenancy/with-tenant";',
    },
    {
      title: "a fork for another tenant",
      seen: "Morelitea/initiative#791",
      code: 'const other = tenantManager(em, { ...principal, role: "admin" }, occasion);',
    },
    { title: "a caller of one's own", code: "const caller = createCaller({ ...ctx, principal: other });" },
    { title: "the driver", code: 'import { TenantConnection } from "@severalty/db/driver/tenant-connection";' },
  ],
};
