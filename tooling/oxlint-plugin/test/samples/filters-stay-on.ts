import type { Samples } from "../samples.ts";

export const filtersStayOn: Samples = {
  file: "packages/db/src/tenancy/leak.ts",
  good: [
    'const scope = { filters: { tenant: tenantFilter("tenantId"), team: teamFilter } };',
    "const list = (filters) => where(filters);",
  ],
  bad: [
    { title: "every filter switched off", seen: "JasperFx/fisher#51", code: "find(Document, {}, { filters: false });" },
    {
      title: "the tenant's filter switched off",
      seen: "mikro-orm/mikro-orm#6959",
      code: "find(Document, {}, { filters: { tenant: false } });",
    },
    {
      title: "another tenant for the filter",
      seen: "bigcapitalhq/bigcapital#990",
      code: 'tx.setFilterParams("tenant", { tenantId: other });',
    },
    { title: "a filter that replaces the tenant's", code: 'manager.addFilter({ name: "tenant", cond: {} });' },
  ],
};
