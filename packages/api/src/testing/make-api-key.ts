import { createApiKey } from "@severalty/auth/api-key";
import type { UserPrincipal } from "@severalty/db/tenancy/principal";
import { makeKey } from "@severalty/db/testing/make-tenant";
import type { ApiKeyId } from "@severalty/domain/ids";
import type { Permission } from "@severalty/domain/permission";
import type { Client } from "pg";

/** Makes a key of a tenant's member, past every policy, and answers it as a client sends it. */
export const makeApiKey = async (
  admin: Client,
  maker: Pick<UserPrincipal, "tenantId" | "userId">,
  permissions: readonly Permission[],
): Promise<{ id: ApiKeyId; apiKey: string }> => {
  const { key, hash } = createApiKey();
  const { id } = await makeKey(admin, maker, { permissions, keyHash: hash });
  return { id, apiKey: key };
};
