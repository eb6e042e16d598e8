import { randomBytes } from "node:crypto";
import { hashOneTimeToken } from "@severalty/auth/one-time-token";
import { hashRefreshToken } from "@severalty/auth/refresh-token";
import { createNewId } from "@severalty/domain/ids";
import type { Client } from "pg";
import { agencyInserts } from "./agency.ts";
import type { World } from "./world.ts";

/** A world, and what is kept of its secrets. */
export interface WorldRows extends World {
  readonly hashedPassword: string;
  readonly wrappedKey: Uint8Array;
  readonly ciphertext: Uint8Array;
}

const newId = createNewId();

/** Inserts a world's rows, past every policy, in one round trip that is planned once: tests make more worlds than anything else. */
export const insertWorld = async (admin: Client, world: WorldRows): Promise<void> => {
  const values: Readonly<Record<string, unknown>> = {
    ...world,
    tag: world.slug,
    refreshHash: hashRefreshToken(world.refreshToken),
    linkHash: hashOneTimeToken(world.linkToken),
    keyHash: randomBytes(32),
    ...Object.fromEntries(loose.map((name) => [name, newId()])),
  };
  await admin.query({ name: "insert-world", text, values: names.map((name) => values[name]) });
};

/** Ids that no test asks for. */
const loose = ["otherIdentityId", "otherSessionId", "dataKeyId", "teamSecretId", "tenantConfigId", "resultId"];

const inserts = `with tenant as (
    insert into app.tenants (id, slug, name, created_at, updated_at) values ($tenantId, $slug, 'Tenant ' || $tag, now(), now())
  ), identities as (
    insert into auth.identities (id, email, hashed_password, created_at, updated_at)
    values ($identityId, $email, $hashedPassword, now(), now()),
      ($otherIdentityId, 'colleague-' || $tag || '@example.com', null, now(), now())
  ), users as (
    insert into app.users (tenant_id, id, identity_id, username, email, role, team_id, created_at, updated_at)
    values ($tenantId, $userId, $identityId, 'user-' || $tag, $email, 'agency_admin', $teamId, now(), now()),
      ($tenantId, $colleagueId, $otherIdentityId, 'colleague-' || $tag, 'colleague-' || $tag || '@example.com',
        'agency_admin', null, now(), now())
  ), sessions as (
    insert into auth.sessions (id, identity_id, tenant_id, user_id, expires_at, created_at, updated_at)
    values ($sessionId, $identityId, $tenantId, $userId, now() + interval '1 hour', now(), now()),
      ($otherSessionId, $otherIdentityId, $tenantId, $colleagueId, now() + interval '1 hour', now(), now())
  ), refresh_tokens as (
    insert into auth.refresh_tokens (token_hash, session_id, expires_at, created_at, updated_at)
    values ($refreshHash, $sessionId, now() + interval '1 hour', now(), now())
  ), one_time_tokens as (
    insert into auth.one_time_tokens (token_hash, identity_id, purpose, expires_at, created_at, updated_at)
    values ($linkHash, $identityId, 'set-password', now() + interval '1 hour', now(), now())
  ), teams as (
    insert into app.teams (tenant_id, id, name, created_at, updated_at)
    values ($tenantId, $teamId, 'Team', now(), now()), ($tenantId, $emptyTeamId, 'Empty team', now(), now())
  ), documents as (
    insert into app.documents (tenant_id, id, user_id, parent_id, team_id, title, content, content_hash, created_at, updated_at)
    values ($tenantId, $documentId, $userId, null, null, 'title of ' || $tag, 'content of ' || $tag,
        encode(sha256(convert_to('content of ' || $tag, 'utf8')), 'hex'), now(), now()),
      ($tenantId, $leafId, $userId, $documentId, $teamId, 'leaf', '', encode(sha256(''), 'hex'), now(), now())
  ), api_keys as (
    insert into app.tenant_api_keys (tenant_id, id, name, prefix, key_hash, permissions, created_by, created_at, updated_at)
    values ($tenantId, $apiKeyId, 'Key', 'svk_' || substr(md5($tag), 1, 12), $keyHash, '{documents.read}', $userId, now(), now())
  ), tenant_keys as (
    insert into app.tenant_keys (tenant_id, id, wrapped_key, key_version, created_at, updated_at)
    values ($tenantId, $dataKeyId, $wrappedKey, 1, now(), now())
  ), secrets as (
    insert into app.secret_locker (tenant_id, id, name, team_id, ciphertext, key_version, created_at, updated_at)
    values ($tenantId, $secretId, 'there', null, $ciphertext, 1, now(), now()),
      ($tenantId, $teamSecretId, 'of the team', $teamId, $ciphertext, 1, now(), now())
  ), configs as (
    insert into app.tenant_configs (tenant_id, id, created_at, updated_at) values ($tenantId, $tenantConfigId, now(), now())
  ), ${agencyInserts}
  insert into app.audit_logs (tenant_id, timestamp, id, user_id, actor_kind, action, resource_type, resource_id, request_id)
  values ($tenantId, now(), $auditLogId, $userId, 'user', 'documents.read', 'documents', $documentId, $requestId)`;

/** The values in the order of their first use, and the statement with their numbers. */
const names: string[] = [];
const text = inserts.replaceAll(/\$(\w+)/g, (_, name: string) => {
  if (!names.includes(name)) names.push(name);
  return `$${names.indexOf(name) + 1}`;
});
