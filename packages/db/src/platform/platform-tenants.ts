import { raw, type EntityManager } from "@mikro-orm/postgresql";
import { DomainError, NotFoundError, StaleVersionError } from "@severalty/domain/errors";
import type { IdentityId, TenantId, UserId } from "@severalty/domain/ids";
import type { JsonObject } from "@severalty/domain/json";
import { platformSlug, type SubscriptionTier, type TenantStatus } from "@severalty/domain/tenant";
import { Tenant } from "../entities/tenant.ts";
import { ReadRepository, type Field, type ListOptions, type Page } from "../tenancy/tenant-repository.ts";

/** What an operator asks of a tenant: how much is in it, and when something was last done there. */
export interface TenantCounts {
  users: number;
  activeUsers: number;
  teams: number;
  documents: number;
  agentInstances: number;
  openTasks: number;
  livingApiKeys: number;
  secrets: number;
  /** Of the newest record in the tenant's log that is no platform administrator's. */
  lastActiveAt: Date | null;
}

/** A tenant to make, with its first administrator. */
export interface NewTenant {
  readonly tenantId: TenantId;
  readonly identityId: IdentityId;
  readonly userId: UserId;
  readonly name: string;
  readonly slug: string;
  readonly domain: string | null;
  readonly subscriptionTier: SubscriptionTier;
  readonly settings: JsonObject;
  readonly templateKey: string;
  readonly administrator: { readonly email: string; readonly name: string; readonly username: string };
  /** Somebody has made sure that an account which has the administrator's address is his. */
  readonly isConfirmed: boolean;
  /** With which a new identity may set its password, once. */
  readonly link: { readonly hash: Buffer; readonly expiresAt: Date };
}

/** What the platform changes of a tenant. */
export type TenantChanges = Partial<Pick<Tenant, "name" | "domain" | "subscriptionTier" | "settings">>;

/** The longest that the removal of one tenant may take; other statements have the role's 30 seconds. */
const removalTimeout = "10min";

/** Longest silence of the platform's connections, in milliseconds: a removal takes as long as it may, and a little. */
export const removalAnswerWithinMs = 11 * 60_000;

/** Tenants, as far as the entered grant reaches: for `withPlatform`. */
export class PlatformTenants extends ReadRepository<Tenant> {
  constructor(em: EntityManager) {
    super(em, Tenant);
  }

  /** One page, as in every list; that it was shown is written to the log of each tenant on it. */
  override async list<F extends Field<Tenant>>(
    fields: readonly F[],
    options: ListOptions<Tenant>,
  ): Promise<Page<Pick<Tenant, F>>> {
    const page = await super.list<F | "id">([...new Set([...fields, "id" as const])], options);
    await this.em.execute("select app.note_answered(?::uuid[])", [`{${page.rows.map(({ id }) => id).join(",")}}`]);
    return page;
  }

  /** Counts rows of one tenant. */
  async counts(id: TenantId): Promise<TenantCounts> {
    const [counted] = await this.em.execute<TenantCounts[]>(
      // oxlint-disable-next-line leaks/sql-is-constant -- a constant of this module, made of table names that stand in it
      countsSql,
      Array.from({ length: 9 }, () => id),
    );
    if (counted === undefined) throw new NotFoundError(this.noun);
    const { lastActiveAt } = counted;
    return { ...counted, lastActiveAt: lastActiveAt && new Date(lastActiveAt) };
  }

  /** Makes it, all or nothing; true if its administrator is somebody new, to whom the link is. SQLSTATE SVP01 without a grant for all. */
  async create(made: NewTenant, now: Date): Promise<boolean> {
    const { administrator, link } = made;
    const [answer] = await this.em.execute<{ isNew: boolean }[]>(
      `select app.create_tenant(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) as "isNew"`,
      [
        made.tenantId,
        made.identityId,
        made.userId,
        made.name,
        made.slug,
        made.domain,
        made.subscriptionTier,
        JSON.stringify(made.settings),
        made.templateKey,
        administrator.email,
        administrator.name,
        administrator.username,
        made.isConfirmed,
        link.hash,
        link.expiresAt,
        now,
      ],
    );
    return answer?.isNew === true;
  }

  /** Changes the tenant if it still has that version, and counts the version up. Throws `NotFoundError` and `StaleVersionError`. */
  async update<F extends Field<Tenant>>(
    id: TenantId,
    version: number,
    changes: TenantChanges,
    now: Date,
    fields: readonly F[],
  ): Promise<Pick<Tenant, F>> {
    const query = this.query()
      .update({ ...changes, updatedAt: now, version: raw("version + 1") })
      .where({ id, version });
    await query.applyFilters();
    const { affectedRows } = await query.execute("run");
    const row = await this.byId(id, fields);
    if (affectedRows === 0) throw new StaleVersionError(this.noun, version);
    return row;
  }

  /** Suspends or activates the tenant, if that changes anything. Throws `NotFoundError`, and for the reserved tenant `tenants/reserved`. */
  async setStatus<F extends Field<Tenant>>(
    id: TenantId,
    status: TenantStatus,
    now: Date,
    fields: readonly F[],
  ): Promise<Pick<Tenant, F>> {
    const { slug } = await this.byId(id, ["slug"]);
    if (slug === platformSlug && status !== "active")
      throw new DomainError("conflict", "tenants/reserved", "the platform's own tenant stays active");
    const query = this.query()
      .update({ status, updatedAt: now, version: raw("version + 1") })
      .where({ id, status: { $ne: status } });
    await query.applyFilters();
    await query.execute("run");
    return this.byId(id, fields);
  }

  /** Removes a suspended tenant with everything of it. Throws `NotFoundError`; SQLSTATE SVP04 for one that is not suspended, SVP05 for another slug. */
  async remove(id: TenantId, slug: string): Promise<void> {
    await this.em.execute(`set local statement_timeout = '${removalTimeout}'`);
    await this.em.execute("select app.remove_tenant(?, ?)", [id, slug]);
  }
}

const count = (name: string, table: string, condition = "") =>
  `(select count(*)::int from app.${table} where tenant_id = ?${condition}) as "${name}"`;

const countsSql = `select ${[
  count("users", "users"),
  count("activeUsers", "users", " and status = 'active'"),
  count("teams", "teams"),
  count("documents", "documents"),
  count("agentInstances", "agent_instances"),
  count("openTasks", "task_queue", " and status in ('pending', 'running')"),
  count("livingApiKeys", "tenant_api_keys", " and revoked_at is null and coalesce(expires_at > now(), true)"),
  count("secrets", "secret_locker"),
].join(", ")},
  (select max(timestamp) from app.audit_logs where tenant_id = ? and actor_kind <> 'platform') as "lastActiveAt"`;
