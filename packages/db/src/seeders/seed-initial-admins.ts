import { usernameFor } from "@severalty/domain/user";
import type { IdentityId, NewId, TenantId, UserId } from "@severalty/domain/ids";
import type { Client } from "pg";

/** What was done for one address of INITIAL_ADMINS. */
export interface InitialAdmin {
  readonly email: string;
  readonly outcome: "created" | "promoted" | "reset" | "unchanged";
  /** Whether he cannot sign in before he has set a password with a link. */
  readonly needsLink: boolean;
  readonly identityId: IdentityId;
}

interface Found {
  readonly id: IdentityId;
  readonly hasPassword: boolean;
  readonly isVerified: boolean;
  readonly hasLiveLink: boolean;
  readonly role: string | null;
}

/**
 * Makes the holder of an e-mail address (in lower case) an administrator of the tenant `platform`. An identity whose address was never
 * verified loses its password, its sessions and links given out before first, so that nobody can register an administrator's address ahead of him. Nobody is
 * ever demoted. Call it inside a transaction that holds the seeder's lock.
 */
export const seedInitialAdmin = async (
  client: Client,
  email: string,
  platformId: TenantId,
  newId: NewId,
): Promise<InitialAdmin> => {
  const found = await find(client, email, platformId);
  if (found === undefined) {
    const identityId = newId<IdentityId>();
    await client.query(
      "insert into auth.identities (id, email, created_at, updated_at) values ($1, $2, now(), now())",
      [identityId, email],
    );
    await addMembership(client, { identityId, email, platformId, userId: newId<UserId>() });
    return { email, outcome: "created", needsLink: true, identityId };
  }
  const { id: identityId } = found;
  if (found.role === "admin") {
    return { email, outcome: "unchanged", needsLink: !found.hasPassword && !found.hasLiveLink, identityId };
  }
  if (!found.isVerified) await resetSignIn(client, identityId);
  if (found.role === null) await addMembership(client, { identityId, email, platformId, userId: newId<UserId>() });
  else await promote(client, identityId, platformId);
  return found.isVerified
    ? { email, outcome: "promoted", needsLink: !found.hasPassword, identityId }
    : { email, outcome: "reset", needsLink: true, identityId };
};

/** Stores the hash of a link with which the identity may set its password until then. */
export const storeSetPasswordLink = async (
  client: Client,
  identityId: IdentityId,
  link: { hash: Buffer; expiresAt: Date },
): Promise<void> => {
  await client.query(
    `insert into auth.one_time_tokens (token_hash, identity_id, purpose, expires_at, created_at, updated_at)
     values ($1, $2, 'set-password', $3, now(), now())`,
    [link.hash, identityId, link.expiresAt],
  );
};

const find = async (client: Client, email: string, platformId: TenantId): Promise<Found | undefined> => {
  const { rows } = await client.query<Found>(
    `select i.id, i.hashed_password is not null as "hasPassword", i.email_verified_at is not null as "isVerified", u.role,
       exists (select from auth.one_time_tokens t where t.identity_id = i.id and t.used_at is null and t.expires_at > now()) as "hasLiveLink"
     from auth.identities i left join app.users u on u.identity_id = i.id and u.tenant_id = $2
     where i.email = $1`,
    [email, platformId],
  );
  return rows[0];
};

const addMembership = async (
  client: Client,
  {
    identityId,
    email,
    platformId,
    userId,
  }: { identityId: IdentityId; email: string; platformId: TenantId; userId: UserId },
) => {
  // Two addresses may share a local part; the id makes the second username its own.
  await client.query(
    `insert into app.users (tenant_id, id, identity_id, username, email, role, created_at, updated_at)
     select $1, $2::uuid, $3, case when exists (select from app.users where tenant_id = $1 and username = $4::text)
       then left($4::text, 27) || '-' || ($2::uuid)::text else $4::text end, $5, 'admin', now(), now()`,
    [platformId, userId, identityId, usernameFor(email), email],
  );
};

const promote = async (client: Client, identityId: IdentityId, platformId: TenantId) => {
  await client.query(
    `update app.users set role = 'admin', status = 'active', version = version + 1, updated_at = now()
     where tenant_id = $1 and identity_id = $2`,
    [platformId, identityId],
  );
};

const resetSignIn = async (client: Client, identityId: IdentityId) => {
  await client.query("update auth.identities set hashed_password = null, updated_at = now() where id = $1", [
    identityId,
  ]);
  await client.query(
    "update auth.one_time_tokens set used_at = now(), updated_at = now() where identity_id = $1 and used_at is null",
    [identityId],
  );
  await client.query(
    `update auth.sessions set revoked_at = now(), revoke_reason = 'became a platform administrator unverified', updated_at = now()
     where identity_id = $1 and revoked_at is null`,
    [identityId],
  );
};
