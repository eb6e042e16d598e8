import { AuditLog } from "./entities/audit-log.ts";
import { Document } from "./entities/document.ts";
import { Identity } from "./entities/identity.ts";
import { OneTimeToken } from "./entities/one-time-token.ts";
import { RateLimit } from "./entities/rate-limit.ts";
import { RefreshToken } from "./entities/refresh-token.ts";
import { Session } from "./entities/session.ts";
import { Team } from "./entities/team.ts";
import { Tenant } from "./entities/tenant.ts";
import { User } from "./entities/user.ts";

/** Entities whose rows belong to one tenant: posture, isolation and audit tests iterate this list. */
export const tenantEntities = [User, Team, Document, AuditLog] as const;

/** Every entity. Those outside `tenantEntities` are the whole allow-list of global tables. */
export const entities = [Tenant, Identity, Session, RefreshToken, OneTimeToken, RateLimit, ...tenantEntities] as const;
