import { withCredentials } from "@severalty/postgres/url";
import { migrateUp } from "../migrate.ts";
import { maintainAuditPartitions } from "../partitions/maintain-audit-partitions.ts";
import { asAdmin, provision } from "../provision.ts";
import { holdRoles } from "./hold-roles.ts";
import { rolePassword, rolePasswords } from "./role-passwords.ts";

/** Makes a new database what every test's is a clone of: provisioned, migrated, with the audit log's partitions of this month and the next. */
export const buildTemplate = async (adminUrl: string, now: Date): Promise<void> => {
  await provision(adminUrl, rolePasswords);
  // Once more in the server's own words: a throw-away one makes verifiers of a single round.
  await asAdmin(adminUrl, async (admin) => {
    await using _ = await holdRoles(adminUrl);
    for (const [role, password] of Object.entries(rolePasswords))
      await admin.query(`alter role ${role} password '${password}'`);
  });
  const migratorUrl = withCredentials(adminUrl, "severalty_migrator", rolePassword);
  await migrateUp(migratorUrl);
  // Each partition is five files more of every clone.
  await maintainAuditPartitions(migratorUrl, { now, monthsAhead: 1 });
};
