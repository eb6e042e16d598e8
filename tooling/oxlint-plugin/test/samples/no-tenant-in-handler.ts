import type { Samples } from "../samples.ts";

export const noTenantInHandler: Samples = {
  file: "packages/api/src/routers/leak.ts",
  good: [
    "new TenantRepository(ctx.em, Document).byId(input.id, whole);",
    "currentTenant(ctx.em, current);",
    "const { userId } = ctx.actor;",
    "const data = { ...input, userId: ctx.actor.userId };",
  ],
  bad: [
    {
      title: "a condition that drops out when the tenant is undefined",
      seen: "Dev1822/paySphere#1917",
      code: "where({ tenantId: given });",
    },
    {
      title: "a check after the row was read, which a falsy tenant passes",
      seen: "open-mercato/open-mercato#2695",
      code: 'if (row.owner !== actor.tenantId) throw new NotFoundError("documents");',
    },
    {
      title: "a row with a tenant written by hand",
      seen: "dataelement/Clawith#817",
      code: "repository.create({ ...input, tenantId }, now, fields);",
    },
    { title: "a tenant taken out of the actor", code: "const { tenantId } = ctx.actor;" },
    { title: "a tenant's column", seen: "BeesNestInc/hieronymus#18", code: "const filter = { tenant_id: owner };" },
  ],
};
