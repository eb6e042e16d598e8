import type { Samples } from "../samples.ts";

export const entityIsScoped: Samples = {
  file: "packages/db/src/entities/leak.ts",
  good: [
    'defineEntity({ properties: { ...tenantColumns<TeamId>(), name: p.text() }, ...tenantScope("teams"), uniques: [{ name: "k", properties: ["tenantId", "name"] }] });',
    'defineEntity({ properties: { ...tenantColumns<TeamId>(), name: p.text() }, ...teamScope("teams"), indexes: [{ name: "i", properties: ["identityId"] }] });',
    'tenantRef(Team, "team_id").nullable();',
    "p.manyToOne(Identity).mapToPk();",
  ],
  bad: [
    {
      title: "a table without a tenant",
      seen: "Finbuckle/Finbuckle.MultiTenant#222",
      code: "defineEntity({ properties: { id: p.uuid().primary(), name: p.text() } });",
    },
    {
      title: "a tenant's columns without its policy and filter",
      seen: "OpenAEV-Platform/openaev#5559",
      code: "defineEntity({ properties: { ...tenantColumns<TeamId>(), name: p.text() } });",
    },
    {
      title: "a value that is unique across tenants",
      seen: "qauth-labs/qauth#365",
      code: 'defineEntity({ properties: { ...tenantColumns<TeamId>(), name: p.text() }, ...tenantScope("teams"), uniques: [{ name: "k", properties: ["name"] }] });',
    },
    {
      title: "an index across tenants",
      code: 'defineEntity({ properties: { ...tenantColumns<TeamId>(), name: p.text() }, ...tenantScope("teams"), indexes: [{ name: "i", properties: ["name", "tenantId"] }] });',
    },
    {
      title: "a reference to a row of any tenant",
      seen: "DSMH-Group/strive-core#15",
      code: 'p.manyToOne(Team).joinColumn("team_id");',
    },
  ],
};
