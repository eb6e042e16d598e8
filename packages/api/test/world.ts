import { randomBytes } from "node:crypto";
import { createOneTimeToken } from "@severalty/auth/one-time-token";
import { hashPassword } from "@severalty/auth/password";
import { createRefreshToken } from "@severalty/auth/refresh-token";
import { tenantEntities } from "@severalty/db/entities";
import type { RowData } from "@severalty/db/testing/make-row";
import { createEnvelope } from "@severalty/auth/envelope";
import { makeKey, makeMember, makeTenant, type MadeTenant } from "@severalty/db/testing/make-tenant";
import {
  createNewId,
  type ApiKeyId,
  type AuditLogId,
  type DocumentId,
  type SecretId,
  type TeamId,
  type TenantConfigId,
  type TenantKeyId,
  type UserId,
} from "@severalty/domain/ids";
import type { Client } from "pg";
import { makeAgency, makeAgencyIds, type Agency } from "./agency.ts";
import { imaginePlainRow, makePlainRow } from "./plain-row.ts";
import { testSecretsKey } from "../src/testing/make-services.ts";

/** A tenant, and everything that a valid input of any procedure can name. Its caller may do everything. */
export interface World extends MadeTenant, Agency {
  readonly password: string;
  readonly refreshToken: string;
  /** Of a link that sets the password. */
  readonly linkToken: string;
  /** Of the caller's team, and without children, so that it can be removed. */
  readonly leafId: DocumentId;
  /** The caller's team. */
  readonly teamId: TeamId;
  /** Another team of the tenant, without members or anything else. */
  readonly emptyTeamId: TeamId;
  /** Wrote nothing, so that he can be removed. */
  readonly colleagueId: UserId;
  /** Of the whole tenant, with a value that can be revealed. */
  readonly secretId: SecretId;
  readonly apiKeyId: ApiKeyId;
  readonly auditLogId: AuditLogId;
  /** Of the audit row. */
  readonly requestId: string;
  /** Of the noun that was asked for, and referred to by nothing; empty without one. */
  readonly row: RowData;
}

export interface WorldOptions {
  readonly password?: string;
  /** The noun of a case whose input is made of a row. */
  readonly noun?: string | undefined;
}

const newId = createNewId();
const envelope = createEnvelope({ key: testSecretsKey });
const hashes = new Map<string, Promise<string>>();

/** Hashing is slow on purpose, so worlds of one password share one hash. */
const hashOf = (password: string): Promise<string> => {
  const known = hashes.get(password) ?? hashPassword(password);
  hashes.set(password, known);
  return known;
};

/** Makes a world of its own, past every policy. */
export const makeWorld = async (
  admin: Client,
  { password = "a password of this world", noun }: WorldOptions = {},
): Promise<World> => {
  const tenant = await makeTenant(admin);
  // A second administrator, so that the caller can be disabled or demoted.
  const { userId: colleagueId } = await makeMember(admin, tenant.tenantId);
  const { tenantId, identityId, sessionId, userId, documentId } = tenant;
  const { id: apiKeyId } = await makeKey(admin, tenant);
  const refresh = createRefreshToken();
  const link = createOneTimeToken();
  const leafId = newId<DocumentId>();
  const teamId = newId<TeamId>();
  const emptyTeamId = newId<TeamId>();
  const secretId = newId<SecretId>();
  const auditLogId = newId<AuditLogId>();
  const requestId = `request-${randomBytes(6).toString("hex")}`;
  await admin.query("update auth.identities set hashed_password = $2 where id = $1", [
    identityId,
    await hashOf(password),
  ]);
  await admin.query(
    `insert into auth.refresh_tokens (token_hash, session_id, expires_at, created_at, updated_at)
     values ($1, $2, now() + interval '1 hour', now(), now())`,
    [refresh.hash, sessionId],
  );
  await admin.query(
    `insert into auth.one_time_tokens (token_hash, identity_id, purpose, expires_at, created_at, updated_at)
     values ($1, $2, 'set-password', now() + interval '1 hour', now(), now())`,
    [link.hash, identityId],
  );
  for (const id of [teamId, emptyTeamId]) {
    await admin.query(
      "insert into app.teams (tenant_id, id, name, created_at, updated_at) values ($1, $2, $3, now(), now())",
      [tenantId, id, `Team ${id}`],
    );
  }
  await admin.query(
    `insert into app.documents (tenant_id, id, user_id, parent_id, team_id, title, content_hash, created_at, updated_at)
     values ($1, $2, $3, $4, $5, 'leaf', repeat('0', 64), now(), now())`,
    [tenantId, leafId, userId, documentId, teamId],
  );
  const wrappedKey = envelope.createDataKey({ tenantId, keyVersion: 1 });
  const ciphertext = envelope.encrypt(wrappedKey, { tenantId, secretId, keyVersion: 1 }, `value of ${secretId}`);
  await admin.query(
    `with key as (insert into app.tenant_keys (tenant_id, id, wrapped_key, key_version, created_at, updated_at)
       values ($1, $2, $3, 1, now(), now()))
     insert into app.secret_locker (tenant_id, id, name, team_id, ciphertext, key_version, created_at, updated_at)
     values ($1, $4, 'there', null, $5, 1, now(), now()), ($1, $6, 'of the team', $7, $5, 1, now(), now())`,
    [tenantId, newId<TenantKeyId>(), wrappedKey, secretId, ciphertext, newId<SecretId>(), teamId],
  );
  await admin.query(
    `with member as (update app.users set team_id = $2 where id = $1)
     insert into app.tenant_configs (tenant_id, id, created_at, updated_at) values ($3, $4, now(), now())`,
    [userId, teamId, tenantId, newId<TenantConfigId>()],
  );
  await admin.query(
    `insert into app.audit_logs (tenant_id, timestamp, id, user_id, actor_kind, action, resource_type, resource_id, request_id)
     values ($1, now(), $2, $3, 'user', 'documents.read', 'documents', $4, $5)`,
    [tenantId, auditLogId, userId, documentId, requestId],
  );
  return {
    ...tenant,
    ...(await makeAgency(admin, tenantId, teamId)),
    colleagueId,
    password,
    refreshToken: refresh.token,
    linkToken: link.token,
    leafId,
    teamId,
    emptyTeamId,
    secretId,
    apiKeyId,
    auditLogId,
    requestId,
    row: noun === undefined ? {} : await makePlainRow(admin, noun, tenantId),
  };
};

/** A world that never was: every id is well-formed and names nothing. */
export const makeNowhere = ({ noun }: WorldOptions = {}): World => {
  const tag = randomBytes(6).toString("hex");
  return {
    kind: "user",
    ...makeAgencyIds(),
    colleagueId: newId(),
    tenantId: newId(),
    userId: newId(),
    sessionId: newId(),
    identityId: newId(),
    documentId: newId(),
    leafId: newId(),
    teamId: newId(),
    emptyTeamId: newId(),
    secretId: newId(),
    apiKeyId: newId(),
    auditLogId: newId(),
    role: "agency_admin",
    slug: `tenant-${tag}`,
    email: `user-${tag}@example.com`,
    password: "a password of nowhere",
    refreshToken: createRefreshToken().token,
    linkToken: createOneTimeToken().token,
    requestId: `request-${tag}`,
    row: noun === undefined ? {} : imaginePlainRow(noun),
  };
};

const tablesOfTenant = [
  "app.tenants",
  "auth.sessions",
  ...tenantEntities.map(({ meta }) => `${meta.schema}.${meta.tableName}`),
];

/** Every row of a world with the place and the transactions it is of: equal only if nothing was written or locked. */
export const bytesOf = async (admin: Client, { tenantId, identityId, sessionId }: World): Promise<string[]> => {
  const row = "tableoid::regclass || ' ' || ctid || ' ' || xmin || ' ' || xmax || ' ' || to_jsonb(t)";
  const parts = tablesOfTenant.map(
    (table) => `select ${row} as bytes from ${table} t where ${table === "app.tenants" ? "id" : "tenant_id"} = $1`,
  );
  parts.push(`select ${row} from auth.identities t where id = $2`);
  parts.push(`select ${row} from auth.one_time_tokens t where identity_id = $2`);
  parts.push(`select ${row} from auth.refresh_tokens t where session_id = $3`);
  const { rows } = await admin.query<{ bytes: string }>(`${parts.join(" union all ")} order by 1`, [
    tenantId,
    identityId,
    sessionId,
  ]);
  return rows.map(({ bytes }) => bytes);
};
