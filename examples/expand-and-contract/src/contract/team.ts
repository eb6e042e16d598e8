import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import { tenantColumns, tenantScope, versionColumn } from "@severalty/db/tenancy/tenant-entity";
import type { TeamId } from "@severalty/domain/ids";

/** Third release: the old column is gone. */
export const Team = defineEntity({
  name: "Team",
  properties: {
    ...tenantColumns<TeamId>(),
    name: p.text(),
    description: p.text().fieldName("purpose").default(""),
    ...versionColumn,
  },
  ...tenantScope("teams"),
  uniques: [{ name: "teams_tenant_id_name_key", properties: ["tenantId", "name"] }],
  checks: [{ name: "teams_name_check", expression: "char_length(name) >= 1 and char_length(name) <= 120" }],
});
export type Team = InferEntity<typeof Team>;
