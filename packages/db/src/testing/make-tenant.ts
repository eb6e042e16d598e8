import { createHash, randomBytes } from "node:crypto";
import {
  createNewId,
  type DocumentId,
  type IdentityId,
  type SessionId,
  type TeamId,
  type TenantId,
  type UserId,
} from "@severalty/domain/ids";
import type { Role } from "@severalty/domain/permission";
import type { Principal } from "../tenancy/principal.ts";
import type { Client } from "pg";

/** A tenant with one signed-in user, and a document of his. */
export interface MadeTenant extends Principal {
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
): Promise<Principal & { email: string; identityId: IdentityId }> => {
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
  return { tenantId, userId, sessionId, role, email, identityId };
};
