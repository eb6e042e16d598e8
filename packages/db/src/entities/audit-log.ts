import { defineEntity, p, type InferEntity } from "@mikro-orm/core";
import type { ActorKind, AuditOutcome } from "@severalty/domain/audit";
import type { ApiKeyId, AuditLogId, TenantId, UserId } from "@severalty/domain/ids";
import type { JsonObject } from "@severalty/domain/json";
import { tenantFilter } from "../tenancy/tenant-filter.ts";
import { tenantPolicies } from "../tenancy/tenant-policies.ts";

/**
 * What was done in a tenant, by whom, and what it cost. Append-only: rows come from triggers and gate functions alone.
 * The actor is no foreign key, so that a record outlives the user it names.
 */
export const AuditLog = defineEntity({
  name: "AuditLog",
  schema: "app",
  tableName: "audit_logs",
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    timestamp: p.datetime(3).primary(),
    id: p.uuid().$type<AuditLogId>().primary(),
    userId: p.uuid().$type<UserId | ApiKeyId>().nullable(),
    actorKind: p.text().$type<ActorKind>(),
    impersonatorId: p.uuid().nullable(),
    action: p.text(),
    outcome: p.text().$type<AuditOutcome>().default("ok"),
    resourceType: p.text(),
    resourceId: p.uuid().nullable(),
    details: p.json().$type<JsonObject>().defaultRaw("'{}'"),
    requestId: p.text().nullable(),
    agentInstanceId: p.uuid().nullable(),
    tokensInput: p.bigint("number").nullable(),
    tokensOutput: p.bigint("number").nullable(),
    costUsd: p.decimal("string").precision(18).scale(6).nullable(),
    executionMs: p.integer().nullable(),
  },
  primaryKeys: ["tenantId", "timestamp", "id"],
  readonly: true,
  filters: { tenant: tenantFilter("tenantId") },
  policies: tenantPolicies("audit_logs", "tenant_id"),
  rowLevelSecurity: "force",
});
export type AuditLog = InferEntity<typeof AuditLog>;
