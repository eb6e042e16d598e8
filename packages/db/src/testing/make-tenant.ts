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
export const makeTenant = async (
  admin: Client,
  { role = "agency_admin", title }: { role?: Role; title?: string } = {},
): Promise<MadeTenant> => {
  const tag = randomBytes(6).toString("hex");
  const slug = `tenant-${tag}`;
  const { member, rows } = newMember(newId<TenantId>(), { role, teamId: null });
  const { tenantId, userId } = member;
  const documentId = newId<DocumentId>();
  const content = `content of ${tag}`;
  await insertTogether(admin, [
    ["app.tenants", { id: tenantId, slug, name: `Tenant ${tag}` }],
    ...rows,
    [
      "app.documents",
      {
        tenant_id: tenantId,
        id: documentId,
        user_id: userId,
        title: title ?? `title of ${tag}`,
        content,
        content_hash: createHash("sha256").update(content).digest("hex"),
      },
    ],
  ]);
  return { ...member, slug, documentId };
};

type Member = UserPrincipal & { email: string; identityId: IdentityId };

/** Makes a signed-in user of an existing tenant. */
export const makeMember = async (
  admin: Client,
  tenantId: TenantId,
  { role = "agency_admin", teamId = null }: { role?: Role; teamId?: TeamId | null } = {},
): Promise<Member> => {
  const { member, rows } = newMember(tenantId, { role, teamId });
  await insertTogether(admin, rows);
  return member;
};

type NewRow = readonly [table: string, values: Readonly<Record<string, unknown>>];

const newMember = (
  tenantId: TenantId,
  { role, teamId }: { role: Role; teamId: TeamId | null },
): { member: Member; rows: readonly NewRow[] } => {
  const tag = randomBytes(6).toString("hex");
  const [identityId, userId, sessionId] = [newId<IdentityId>(), newId<UserId>(), newId<SessionId>()];
  const email = `user-${tag}@example.com`;
  const expiresAt = new Date(Date.now() + 3_600_000);
  const user = { tenant_id: tenantId, id: userId, identity_id: identityId, username: `user-${tag}`, email };
  return {
    member: { kind: "user", tenantId, userId, sessionId, role, email, identityId },
    rows: [
      ["auth.identities", { id: identityId, email }],
      ["app.users", { ...user, role, team_id: teamId }],
      [
        "auth.sessions",
        { id: sessionId, identity_id: identityId, tenant_id: tenantId, user_id: userId, expires_at: expiresAt },
      ],
    ],
  };
};

/** Inserts rows that refer to each other by one statement: tests make tenants by the hundred. */
const insertTogether = async (admin: Client, rows: readonly NewRow[]): Promise<void> => {
  const parameters: unknown[] = [];
  const inserts = rows.map(([table, values], at) => {
    const marks = Object.values(values).map((value) => `$${parameters.push(value)}`);
    const columns = [...Object.keys(values), "created_at", "updated_at"].join(", ");
    return `row_${at} as (insert into ${table} (${columns}) values (${[...marks, "now()", "now()"].join(", ")}))`;
  });
  await admin.query(`with ${inserts.join(", ")} select`, parameters);
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
