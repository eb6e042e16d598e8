import { createNewId, type AccessGrantId, type TenantId } from "@severalty/domain/ids";
import type { Client } from "pg";
import { seedPlatform } from "../seeders/seed-platform.ts";
import type { UserPrincipal } from "../tenancy/principal.ts";
import { makeMember } from "./make-tenant.ts";

const newId = createNewId();

/** Somebody who administers the platform, signed in. The reserved tenant is made with the first one. */
export type Operator = UserPrincipal & { readonly email: string };

/** Makes a signed-in administrator of the platform, or somebody else in the reserved tenant, past every policy. */
export const makeOperator = async (admin: Client, role: "admin" | "user" = "admin"): Promise<Operator> =>
  makeMember(admin, await seedPlatform(admin, newId), { role });

/** Opens a grant as the program does, on a connection of severalty_platform; for all tenants if `tenantId` is null. */
export const openTestGrant = async (
  platform: Client,
  { sessionId, userId }: UserPrincipal,
  tenantId: TenantId | null,
  minutes = 5,
): Promise<AccessGrantId> => {
  const id = newId<AccessGrantId>();
  await platform.query("select app.open_grant($1, $2, $3, $4, $5, 'to look into a ticket', 'request-of-a-grant')", [
    sessionId,
    userId,
    id,
    tenantId,
    minutes,
  ]);
  return id;
};

/** Moves a grant's times back, so that it has expired, past every policy. */
export const expireGrant = async (admin: Client, id: AccessGrantId): Promise<void> => {
  await admin.query(
    "update app.access_grants set created_at = now() - interval '1 hour', expires_at = now() - interval '1 minute' where id = $1",
    [id],
  );
};

/** Enters by a grant in SQL, within a transaction that the caller has begun. */
export const enterPlatform = async (
  platform: Client,
  { sessionId, userId }: UserPrincipal,
  grantId: AccessGrantId,
  about: TenantId | null = null,
): Promise<void> => {
  await platform.query("select app.enter_platform($1, $2, $3, $4, 'request-of-a-test', 'tests.platform', null)", [
    sessionId,
    userId,
    grantId,
    about,
  ]);
};
