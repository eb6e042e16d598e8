import { createHash, randomBytes } from "node:crypto";
import {
  createNewId,
  type ApiKeyId,
  type DocumentId,
  type IdentityId,
  type TeamId,
  type TenantId,
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
  const member = imagineMember(tenantId, options.role);
  const documentId = newId<DocumentId>();
  const content = `content of ${tag}`;
  await admin.query({
    name: "make-tenant",
    text: `with tenant as (
        insert into app.tenants (id, slug, name, created_at, updated_at) values ($1, $9, $10, now(), now())
      ), document as (
        insert into app.documents (tenant_id, id, user_id, title, content, content_hash, created_at, updated_at)
        values ($1, $8, $2, $11, $12, $13, now(), now())
      ), ${memberInserts}`,
    values: [
      ...valuesOf(member),
      documentId,
      slug,
      `Tenant ${tag}`,
      options.title ?? `title of ${tag}`,
      content,
      createHash("sha256").update(content).digest("hex"),
    ],
  });
  return { ...member, slug, documentId };
};

type Member = UserPrincipal & { email: string; identityId: IdentityId };

/** Makes a signed-in user of an existing tenant. */
export const makeMember = async (
  admin: Client,
  tenantId: TenantId,
  { role = "agency_admin", teamId = null }: { role?: Role; teamId?: TeamId | null } = {},
): Promise<Member> => {
  const member = imagineMember(tenantId, role);
  await admin.query({ name: "make-member", text: `with ${memberInserts}`, values: valuesOf(member, teamId) });
  return member;
};

const imagineMember = (tenantId: TenantId, role: Role = "agency_admin"): Member => ({
  kind: "user",
  tenantId,
  userId: newId(),
  sessionId: newId(),
  role,
  email: `user-${randomBytes(6).toString("hex")}@example.com`,
  identityId: newId(),
});

/** Tests make more tenants and members than anything else: each is one statement, planned once per connection. */
const memberInserts = `identity as (
    insert into auth.identities (id, email, created_at, updated_at) values ($3, $5, now(), now())
  ), member as (
    insert into app.users (tenant_id, id, identity_id, username, email, role, team_id, created_at, updated_at)
    values ($1, $2, $3, split_part($5, '@', 1), $5, $6, $7, now(), now())
  )
  insert into auth.sessions (id, identity_id, tenant_id, user_id, expires_at, created_at, updated_at)
  values ($4, $3, $1, $2, now() + interval '1 hour', now(), now())`;

const valuesOf = ({ tenantId, userId, identityId, sessionId, email, role }: Member, teamId: TeamId | null = null) => [
  tenantId,
  userId,
  identityId,
  sessionId,
  email,
  role,
  teamId,
];

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
