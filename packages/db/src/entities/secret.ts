import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { SecretId, TeamId } from "@severalty/domain/ids";
import { tenantColumns, tenantRef, teamScope, versionColumn } from "../tenancy/tenant-entity.ts";
import { Team } from "./team.ts";

/** A secret in the locker, of a team or of the whole tenant; its value is stored encrypted and leaves through a reveal alone. */
export const Secret = defineEntity({
  name: "Secret",
  properties: {
    ...tenantColumns<SecretId>(),
    name: p.text(),
    teamId: p.uuid().$type<TeamId>().nullable(),
    team: () => tenantRef(Team, "team_id").nullable(),
    ciphertext: p.blob(),
    keyVersion: p.integer(),
    lastUsedAt: p.datetime(3).nullable(),
    ...versionColumn,
  },
  ...teamScope("secret_locker"),
  uniques: [
    {
      name: "secret_locker_tenant_id_team_id_name_key",
      expression:
        'create unique index "secret_locker_tenant_id_team_id_name_key" on "app"."secret_locker" ("tenant_id", "team_id", "name") nulls not distinct',
    },
  ],
  checks: [
    { name: "secret_locker_key_version_check", expression: "key_version >= 1" },
    { name: "secret_locker_name_check", expression: "char_length(name) >= 1 and char_length(name) <= 120" },
  ],
});
export type Secret = InferEntity<typeof Secret>;
