import type { Rule } from "./rule.ts";
import { auditMonths } from "./rules/audit-months.ts";
import { auditStrays } from "./rules/audit-strays.ts";
import { auditTriggerMissing } from "./rules/audit-trigger-missing.ts";
import { constraintNotValid } from "./rules/constraint-not-valid.ts";
import { databaseConnect } from "./rules/database-connect.ts";
import { databaseCreate } from "./rules/database-create.ts";
import { databaseOwner } from "./rules/database-owner.ts";
import { databaseTemporary } from "./rules/database-temporary.ts";
import { defaultPrivileges } from "./rules/default-privileges.ts";
import { definerExecutors } from "./rules/definer-executors.ts";
import { definerOwner } from "./rules/definer-owner.ts";
import { definerPublic } from "./rules/definer-public.ts";
import { definerSearchPath } from "./rules/definer-search-path.ts";
import { definerUnlisted } from "./rules/definer-unlisted.ts";
import { eventTrigger } from "./rules/event-trigger.ts";
import { extensionUntrusted } from "./rules/extension-untrusted.ts";
import { foreignKeyClears } from "./rules/foreign-key-clears.ts";
import { foreignKeyIndex } from "./rules/foreign-key-index.ts";
import { foreignKeyWithoutTenant } from "./rules/foreign-key-without-tenant.ts";
import { foreignServer } from "./rules/foreign-server.ts";
import { functionLeakproof } from "./rules/function-leakproof.ts";
import { functionPublic } from "./rules/function-public.ts";
import { grantArchive } from "./rules/grant-archive.ts";
import { grantOption } from "./rules/grant-option.ts";
import { grantPartition } from "./rules/grant-partition.ts";
import { grantPlatformBinary } from "./rules/grant-platform-binary.ts";
import { grantPlatformMissing } from "./rules/grant-platform-missing.ts";
import { grantPlatformWrite } from "./rules/grant-platform-write.ts";
import { grantReferences } from "./rules/grant-references.ts";
import { grantStranger } from "./rules/grant-stranger.ts";
import { grantTrigger } from "./rules/grant-trigger.ts";
import { grantTruncate } from "./rules/grant-truncate.ts";
import { grantWorker } from "./rules/grant-worker.ts";
import { indexInvalid } from "./rules/index-invalid.ts";
import { indexWithoutTenant } from "./rules/index-without-tenant.ts";
import { keyWithoutTenant } from "./rules/key-without-tenant.ts";
import { largeObjectFunctions } from "./rules/large-object-functions.ts";
import { largeObjectPrivileges } from "./rules/large-object-privileges.ts";
import { largeObject } from "./rules/large-object.ts";
import { materializedView } from "./rules/materialized-view.ts";
import { membershipData } from "./rules/membership-data.ts";
import { membershipFiles } from "./rules/membership-files.ts";
import { membershipStatistics } from "./rules/membership-statistics.ts";
import { migrationsEdited } from "./rules/migrations-edited.ts";
import { migrationsPending } from "./rules/migrations-pending.ts";
import { objectOwner } from "./rules/object-owner.ts";
import { passwordEncryption } from "./rules/password-encryption.ts";
import { policyCommand } from "./rules/policy-command.ts";
import { policyDuplicate } from "./rules/policy-duplicate.ts";
import { policyExpression } from "./rules/policy-expression.ts";
import { policyMissing } from "./rules/policy-missing.ts";
import { policyRestrictive } from "./rules/policy-restrictive.ts";
import { policyStray } from "./rules/policy-stray.ts";
import { policyVolatile } from "./rules/policy-volatile.ts";
import { preparedTransactions } from "./rules/prepared-transactions.ts";
import { publicSchemaCreate } from "./rules/public-schema-create.ts";
import { publication } from "./rules/publication.ts";
import { rewriteRule } from "./rules/rewrite-rule.ts";
import { rlsDisabled } from "./rules/rls-disabled.ts";
import { rlsNotForced } from "./rules/rls-not-forced.ts";
import { roleBypassesRls } from "./rules/role-bypasses-rls.ts";
import { roleCreates } from "./rules/role-creates.ts";
import { roleFlags } from "./rules/role-flags.ts";
import { roleMembership } from "./rules/role-membership.ts";
import { roleMissing } from "./rules/role-missing.ts";
import { roleSetting } from "./rules/role-setting.ts";
import { roleStranger } from "./rules/role-stranger.ts";
import { rowSecuritySetting } from "./rules/row-security-setting.ts";
import { schemaCreate } from "./rules/schema-create.ts";
import { schemaUsage } from "./rules/schema-usage.ts";
import { sealedReadable } from "./rules/sealed-readable.ts";
import { serverVersionRls } from "./rules/server-version-rls.ts";
import { serverVersion } from "./rules/server-version.ts";
import { sessionRole } from "./rules/session-role.ts";
import { settingMissing } from "./rules/setting-missing.ts";
import { settingStray } from "./rules/setting-stray.ts";
import { statementNames } from "./rules/statement-names.ts";
import { tenantForeignKey } from "./rules/tenant-foreign-key.ts";
import { tenantIdMissing } from "./rules/tenant-id-missing.ts";
import { tenantIdNullable } from "./rules/tenant-id-nullable.ts";
import { trackActivities } from "./rules/track-activities.ts";
import { triggerDisabled } from "./rules/trigger-disabled.ts";
import { triggerUnlisted } from "./rules/trigger-unlisted.ts";
import { viewSecurityInvoker } from "./rules/view-security-invoker.ts";

/** Every rule, in the order in which findings are told. */
export const rules: readonly Rule[] = [
  sessionRole,
  roleMissing,
  roleBypassesRls,
  roleCreates,
  roleFlags,
  roleStranger,
  roleMembership,
  membershipFiles,
  membershipData,
  membershipStatistics,
  roleSetting,
  rowSecuritySetting,
  settingStray,
  settingMissing,
  trackActivities,
  passwordEncryption,
  objectOwner,
  databaseOwner,
  rlsDisabled,
  rlsNotForced,
  policyMissing,
  policyStray,
  policyExpression,
  policyCommand,
  policyRestrictive,
  policyDuplicate,
  policyVolatile,
  grantTruncate,
  grantReferences,
  grantTrigger,
  grantPartition,
  grantArchive,
  sealedReadable,
  grantStranger,
  grantPlatformWrite,
  grantWorker,
  grantPlatformBinary,
  grantPlatformMissing,
  grantOption,
  schemaUsage,
  schemaCreate,
  publicSchemaCreate,
  databaseCreate,
  databaseTemporary,
  databaseConnect,
  defaultPrivileges,
  viewSecurityInvoker,
  materializedView,
  definerSearchPath,
  definerUnlisted,
  definerOwner,
  definerPublic,
  definerExecutors,
  functionPublic,
  functionLeakproof,
  keyWithoutTenant,
  indexWithoutTenant,
  foreignKeyWithoutTenant,
  foreignKeyClears,
  foreignKeyIndex,
  tenantForeignKey,
  tenantIdMissing,
  tenantIdNullable,
  auditTriggerMissing,
  triggerDisabled,
  triggerUnlisted,
  rewriteRule,
  eventTrigger,
  publication,
  serverVersionRls,
  serverVersion,
  extensionUntrusted,
  foreignServer,
  largeObject,
  largeObjectPrivileges,
  largeObjectFunctions,
  statementNames,
  preparedTransactions,
  indexInvalid,
  constraintNotValid,
  migrationsPending,
  migrationsEdited,
  auditMonths,
  auditStrays,
];
