import { createHash, randomBytes } from "node:crypto";
import {
  createNewId,
  type ApiKeyId,
  type DocumentId,
  type IdentityId,
  type SessionId,
  type TeamId,
  type TenantId,
  type UserId,
} from "@severalty/domain/ids";
import type { Permission, Role } from "@severalty/domain/permission";
import type { KeyPrincipal, UserPrincipal } from "../tenancy/principal.ts";
import type { Client } from "pg";

/** A tenant with one signed-in user, and a document of his. */
export interface MadeTenant extends UserPrincipal {
  readonly slug: string;
  readonly email: string;
  readonly identityId: IdentityId;
  readonly documentId: DocumentId;
}

const newId = createNewId();

/** Makes a tenant of its own for a test, through a superuser's connection, past every policy. */
export const makeTenant = async (admin: Client, options: { role?: Role; title?: string } = {}): Promise<MadeTenant> => {
  const tag = randomBytes(6).toString("hex");
  const tenantId = newId<TenantId>();
  const slug = `tenant-${tag}`;
  await admin.query(
    "insert into app.tenants (id, slug, name, created_at, updated_at) values ($1, $2, $3, now(), now())",
    [tenantId, slug, `Tenant ${tag}`],
  );
  const member = await makeMember(admin, tenantId, options);
  const documentId = newId<DocumentId>();
  const content = `content of ${tag}`;
  await admin.query(
    `insert into app.documents (tenant_id, id, user_id, title, content, content_hash, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, now(), now())`,
    [
      tenantId,
      documentId,
      member.userId,
      options.title ?? `title of ${tag}`,
      content,
      createHash("sha256").update(content).digest("hex"),
    ],
  );
  return { ...member, slug, documentId };
};

/** Makes a signed-in user of an existing tenant. */
export const makeMember = async (
  admin: Client,
  tenantId: TenantId,
  { role = "agency_admin", teamId = null }: { role?: Role; teamId?: TeamId | null } = {},
): Promise<UserPrincipal & { email: string; identityId: IdentityId }> => {
  const tag = randomBytes(6).toString("hex");
  const [identityId, userId, sessionId] = [newId<IdentityId>(), newId<UserId>(), newId<SessionId>()];
  const email = `user-${tag}@example.com`;
  await admin.query("insert into auth.identities (id, email, created_at, updated_at) values ($1, $2, now(), now())", [
    identityId,
    email,
  ]);
  await admin.query(
    `insert into app.users (tenant_id, id, identity_id, username, email, role, team_id, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, now(), now())`,
    [tenantId, userId, identityId, `user-${tag}`, email, role, teamId],
  );
  await admin.query(
    `insert into auth.sessions (id, identity_id, tenant_id, user_id, expires_at, created_at, updated_at)
     values ($1, $2, $3, $4, now() + interval '1 hour', now(), now())`,
    [sessionId, identityId, tenantId, userId],
  );
  return { kind: "user", tenantId, userId, sessionId, role, email, identityId };
};

/** An API key of a member, with the hash that it is found by. The key itself could be any text. */
export interface MadeKey extends KeyPrincipal {
  readonly id: ApiKeyId;
  readonly keyHash: Buffer;
}

/** Makes a key of a tenant's member, past every policy; for a `key` that a client sends, give its hash. */
export const makeKey = async (
  admin: Client,
  { tenantId, userId }: Pick<UserPrincipal, "tenantId" | "userId">,
  options: { permissions?: readonly Permission[]; keyHash?: Buffer } = {},
): Promise<MadeKey> => {
  const { permissions = ["documents.read"], keyHash = randomBytes(32) } = options;
  const [id, tag] = [newId<ApiKeyId>(), randomBytes(6).toString("hex")];
  await admin.query(
    `insert into app.tenant_api_keys (tenant_id, id, name, prefix, key_hash, permissions, created_by, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, now(), now())`,
    [tenantId, id, `Key ${tag}`, `svk_${tag}`, keyHash, permissions, userId],
  );
  return { kind: "apiKey", id, keyHash };
};
