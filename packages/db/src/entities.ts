import type { EntitySchema } from "@mikro-orm/core";
import { AbTestResult } from "./entities/ab-test-result.ts";
import { AbTest } from "./entities/ab-test.ts";
import { AccessGrant } from "./entities/access-grant.ts";
import { AgentInstance } from "./entities/agent-instance.ts";
import { AgentRole } from "./entities/agent-role.ts";
import { AuditLog } from "./entities/audit-log.ts";
import { BudgetReservation } from "./entities/budget-reservation.ts";
import { Budget } from "./entities/budget.ts";
import { Cookbook } from "./entities/cookbook.ts";
import { Document } from "./entities/document.ts";
import { IdempotencyKey } from "./entities/idempotency-key.ts";
import { Identity } from "./entities/identity.ts";
import { Invitation } from "./entities/invitation.ts";
import { OneTimeToken } from "./entities/one-time-token.ts";
import { RateLimit } from "./entities/rate-limit.ts";
import { Recipe } from "./entities/recipe.ts";
import { RefreshToken } from "./entities/refresh-token.ts";
import { Secret } from "./entities/secret.ts";
import { Session } from "./entities/session.ts";
import { Subscription } from "./entities/subscription.ts";
import { Task } from "./entities/task.ts";
import { Team } from "./entities/team.ts";
import { Template } from "./entities/template.ts";
import { TenantApiKey } from "./entities/tenant-api-key.ts";
import { TenantConfig } from "./entities/tenant-config.ts";
import { TenantKey } from "./entities/tenant-key.ts";
import { Tenant } from "./entities/tenant.ts";
import { User } from "./entities/user.ts";

/** Entities whose rows belong to one tenant: posture, isolation and audit tests iterate this list. */
export const tenantEntities: readonly EntitySchema[] = [
  User,
  Team,
  Document,
  AuditLog,
  Invitation,
  TenantConfig,
  TenantApiKey,
  AgentRole,
  Cookbook,
  Recipe,
  Subscription,
  AgentInstance,
  TenantKey,
  Secret,
  Task,
  AbTest,
  AbTestResult,
  Budget,
  BudgetReservation,
  IdempotencyKey,
  AccessGrant,
];

/** Entities of the role that signs people in. */
export const authEntities: readonly EntitySchema[] = [Identity, Session, RefreshToken, OneTimeToken, RateLimit];

/** What platform operations read and write by the ORM; the rest of what the role sees, they read in SQL. */
export const platformEntities: readonly EntitySchema[] = [Tenant];

/** Every entity. Those outside `tenantEntities` are the whole allow-list of global tables. */
export const entities: readonly EntitySchema[] = [Tenant, Template, ...authEntities, ...tenantEntities];
