import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import { auditTrigger } from "@severalty/db/tenancy/audit-trigger";
import { tenantColumns, tenantScope, versionColumn } from "@severalty/db/tenancy/tenant-entity";
import type { TeamId } from "@severalty/domain/ids";
import { teamsPurposeSync } from "../teams-purpose-sync.ts";

/** First release: the new column is described, so that `check` knows it, and used by nobody. */
export const Team = defineEntity({
  name: "Team",
  properties: {
    ...tenantColumns<TeamId>(),
    name: p.text(),
    description: p.text().default(""),
    ...versionColumn,
    // Lazy: no query asks for it unless it is named, so servers of this release outlive the column.
    purpose: p.text().nullable().lazy(),
  },
  ...tenantScope("teams"),
  triggers: [auditTrigger("teams"), teamsPurposeSync],
  uniques: [{ name: "teams_tenant_id_name_key", properties: ["tenantId", "name"] }],
  checks: [{ name: "teams_name_check", expression: "char_length(name) >= 1 and char_length(name) <= 120" }],
});
export type Team = InferEntity<typeof Team>;
