import type { Client } from "pg";
import type { UserPrincipal } from "../tenancy/principal.ts";

/** Enters a tenant in SQL, as the driver does, within a transaction that the caller has begun. */
export const enter = async (
  client: Client,
  { sessionId, userId, tenantId, role }: UserPrincipal,
  occasion: { requestId: string | null; action: string | null } = { requestId: "request-1", action: "tests.enter" },
): Promise<void> => {
  await client.query("select app.enter($1, $2, $3, $4, $5, $6)", [
    sessionId,
    userId,
    tenantId,
    role,
    occasion.requestId,
    occasion.action,
  ]);
};

/** Enters a key's tenant likewise, and answers what is told of the key. */
export const enterKey = async (
  client: Client,
  keyHash: Buffer | null,
  occasion = { requestId: "request-1", action: "tests.enter" },
): Promise<unknown> => {
  const { rows } = await client.query<object>("select * from app.enter_key($1, $2, $3)", [
    keyHash,
    occasion.requestId,
    occasion.action,
  ]);
  return rows[0];
};

/** The tenant of the transaction's sealed context, or null. */
export const enteredTenant = async (client: Client): Promise<string | null> => {
  const { rows } = await client.query<{ tenant: string | null }>("select app.tenant_id() as tenant");
  return rows[0]?.tenant ?? null;
};
