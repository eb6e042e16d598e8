import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { TeamId } from "@severalty/domain/ids";
import { tenantColumns, tenantScope, versionColumn } from "../tenancy/tenant-entity.ts";

/** A part of a tenant. Members see what belongs to their own team and to the whole tenant. */
export const Team = defineEntity({
  name: "Team",
  properties: {
    ...tenantColumns<TeamId>(),
    name: p.text(),
    description: p.text().default(""),
    ...versionColumn,
  },
  ...tenantScope("teams"),
  uniques: [{ name: "teams_tenant_id_name_key", properties: ["tenantId", "name"] }],
  checks: [{ name: "teams_name_check", expression: "char_length(name) >= 1 and char_length(name) <= 120" }],
});
export type Team = InferEntity<typeof Team>;
