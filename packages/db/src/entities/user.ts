import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { TeamId, UserId } from "@severalty/domain/ids";
import type { Role } from "@severalty/domain/permission";
import type { Preferences, StorageMode, UserStatus } from "@severalty/domain/user";
import { auditTrigger } from "../tenancy/audit-trigger.ts";
import { tenantColumns, tenantRef, tenantScope, versionColumn } from "../tenancy/tenant-entity.ts";
import { Identity } from "./identity.ts";
import { Team } from "./team.ts";

/** A tenant that has an active administrator keeps one; see `app.keep_an_admin()` in the migration of that name. */
const keepAnAdmin = {
  name: "users_keep_an_admin",
  timing: "after" as const,
  events: ["insert" as const, "update" as const, "delete" as const],
  expression:
    "create trigger users_keep_an_admin after insert or update of role, status, tenant_id or delete on app.users for each row execute function app.keep_an_admin()",
};

/** A membership: what one person is within one tenant. E-mail and username are stored in lower case. */
export const User = defineEntity({
  name: "User",
  properties: {
    ...tenantColumns<UserId>(),
    identityId: () =>
      p.manyToOne(Identity).mapToPk().joinColumn("identity_id").updateRule("no action").deleteRule("no action"),
    username: p.text(),
    email: p.text(),
    name: p.text().nullable(),
    role: p.text().$type<Role>().default("team_member"),
    roles: p.array().columnType("text[]").defaultRaw("'{}'"),
    teamId: p.uuid().$type<TeamId>().nullable(),
    team: () => tenantRef(Team, "team_id").nullable(),
    preferences: p.json().$type<Preferences>().defaultRaw("'{}'"),
    storageMode: p.text().$type<StorageMode>().default("account"),
    status: p.text().$type<UserStatus>().default("active"),
    ...versionColumn,
  },
  ...tenantScope("users"),
  uniques: [
    { name: "users_tenant_id_identity_id_key", properties: ["tenantId", "identityId"] },
    { name: "users_tenant_id_email_key", properties: ["tenantId", "email"] },
    { name: "users_tenant_id_username_key", properties: ["tenantId", "username"] },
  ],
  indexes: [
    { name: "users_identity_id_index", properties: ["identityId"] },
    { name: "users_tenant_id_team_id_index", properties: ["tenantId", "teamId"] },
  ],
  triggers: [auditTrigger("users"), keepAnAdmin],
  checks: [
    { name: "users_email_check", expression: "email = lower(email)" },
    { name: "users_username_check", expression: "username = lower(username)" },
    { name: "users_role_check", expression: "role in ('agency_admin', 'team_member', 'admin', 'user')" },
    { name: "users_status_check", expression: "status in ('active', 'disabled')" },
    { name: "users_storage_mode_check", expression: "storage_mode in ('local', 'account')" },
    { name: "users_preferences_check", expression: "jsonb_typeof(preferences) = 'object'" },
  ],
});
export type User = InferEntity<typeof User>;
