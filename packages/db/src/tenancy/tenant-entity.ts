import { p, type EntityManager } from "@mikro-orm/core";
import type { AnyId } from "@severalty/domain/ids";
import { Tenant } from "../entities/tenant.ts";
import { auditTrigger } from "./audit-trigger.ts";
import { teamFilter, tenantFilter, tenantOf } from "./tenant-filter.ts";
import { tenantPolicies } from "./tenant-policies.ts";

/**
 * Columns of every tenant-scoped table: the composite key (tenant_id, id), whose first half comes from the entered
 * tenant and never from input, and timestamps to the millisecond (what a JavaScript `Date` holds).
 */
export const tenantColumns = <Id extends AnyId>() => ({
  tenantId: () =>
    p
      .manyToOne(Tenant)
      .mapToPk()
      .primary()
      .joinColumn("tenant_id")
      .updateRule("no action")
      .deleteRule("cascade")
      .onCreate(enteredTenant),
  id: p.uuid().$type<Id>().primary(),
  createdAt: p.datetime(3).onCreate(() => new Date()),
  updatedAt: p
    .datetime(3)
    .onCreate(() => new Date())
    .onUpdate(() => new Date()),
});

/** Optimistic lock of everything a person edits: a write that names another version is refused. */
export const versionColumn = { version: p.integer().default(1) };

/**
 * The four walls of a tenant-scoped table: ORM filter, forced row-level security with the canonical policy of each role, composite
 * primary key, and the audit trigger.
 */
export const tenantScope = (table: string) => ({
  schema: "app",
  tableName: table,
  primaryKeys: ["tenantId", "id"] as ["tenantId", "id"],
  filters: { tenant: tenantFilter("tenantId") },
  policies: tenantPolicies(table, "tenant_id"),
  rowLevelSecurity: "force" as const,
  triggers: [auditTrigger(table)],
});

/** The same for what may belong to a team, by `team_id`: members of other teams do not see it. */
export const teamScope = (table: string) => ({
  ...tenantScope(table),
  filters: { tenant: tenantFilter("tenantId"), team: teamFilter },
});

/**
 * A foreign key whose first half is the tenant: `(tenant_id, column) → (tenant_id, id)`, so that a row cannot point at
 * another tenant's row (foreign-key checks bypass row-level security). Pair it with a scalar property on the same column.
 */
export const tenantRef = <Target extends Parameters<typeof p.manyToOne>[0]>(entity: Target, column: string) =>
  p
    .manyToOne(entity)
    .joinColumns("tenant_id", column)
    .ownColumns(column)
    .updateRule("no action")
    .deleteRule("no action")
    // Nothing is made: the scalar on the same column is what gets written, so the reference need not be given.
    .onCreate(() => undefined as never)
    .hidden();

/** `mapToPk` stores the tenant's id where the type names the entity: the value is a TenantId, proven by `tenantOf`. */
const enteredTenant = (_: unknown, em: unknown) => tenantOf(em as EntityManager, "a new row") as never;
