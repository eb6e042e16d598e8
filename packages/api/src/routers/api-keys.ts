import { createApiKey } from "@severalty/auth/api-key";
import { ApiKeys } from "@severalty/db/tenancy/api-keys";
import { assertApiKeyExpiry, assertGrantable, keyPermissions } from "@severalty/domain/api-key";
import { DomainError } from "@severalty/domain/errors";
import { apiKeyId, type ApiKeyId, type UserId } from "@severalty/domain/ids";
import { displayName } from "@severalty/domain/name";
import type { Permission } from "@severalty/domain/permission";
import { moment } from "@severalty/domain/moment";
import { z } from "zod";
import {
  idInput,
  listInput,
  newestFirst,
  removeInput,
  searchText,
  updateInput,
  type ListAnswer,
} from "../pagination.ts";
import { router, tenantProcedure } from "../procedures.ts";
import { containsEachWord, where } from "../where.ts";

/** What is known of an API key: never the key itself. */
export interface ApiKeyItem {
  id: ApiKeyId;
  name: string;
  /** The key's public beginning. */
  prefix: string;
  permissions: Permission[];
  /** The user who made it. */
  createdBy: UserId;
  /** To the hour; null until it is used. */
  lastUsedAt?: Date | null | undefined;
  /** Null for a key that does not expire. */
  expiresAt?: Date | null | undefined;
  revokedAt?: Date | null | undefined;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** A key that has just been made. */
export interface NewApiKey extends ApiKeyItem {
  /** The key itself. No other answer has it. */
  key: string;
}

const fields = [
  "id",
  "name",
  "prefix",
  "permissions",
  "createdBy",
  "lastUsedAt",
  "expiresAt",
  "revokedAt",
  "version",
  "createdAt",
  "updatedAt",
] as const;

/**
 * API keys of the caller's tenant. What a key may do and how long is settled when it is made, and it may do it to every team's rows; a
 * revoked key stays, for the log.
 */
export const apiKeysRouter = router({
  list: tenantProcedure(
    "apiKeys.read",
    listInput({ search: searchText, isRevoked: z.boolean().optional() }, ["name", "createdAt", "updatedAt"]),
  ).query(({ ctx, input }): Promise<ListAnswer<ApiKeyItem>> => {
    const condition = where({
      revokedAt: input.isRevoked === true ? { $ne: null } : input.isRevoked === false ? null : undefined,
      $and: containsEachWord(["name", "prefix"], input.search),
    });
    return newestFirst(new ApiKeys(ctx.em), fields, input, condition);
  }),

  byId: tenantProcedure("apiKeys.read", idInput(apiKeyId)).query(({ ctx, input }): Promise<ApiKeyItem> =>
    new ApiKeys(ctx.em).byId(input.id, fields),
  ),

  create: tenantProcedure(
    "apiKeys.write",
    z.strictObject({
      name: displayName,
      permissions: keyPermissions,
      expiresAt: moment.nullable().default(null),
    }),
    { answer: "secret" },
  ).mutation(async ({ ctx, input }): Promise<NewApiKey> => {
    const { actor, services } = ctx;
    const now = services.clock();
    if (input.expiresAt !== null) assertApiKeyExpiry(input.expiresAt, now);
    assertGrantable(actor.permissions, input.permissions);
    const keys = new ApiKeys(ctx.em);
    await keys.assertRoom();
    const { key, prefix, hash: keyHash } = createApiKey(services.random);
    const data = { ...input, id: services.newId<ApiKeyId>(), prefix, keyHash, createdBy: actor.userId };
    return { ...(await keys.create(data, now, fields)), key };
  }),

  update: tenantProcedure("apiKeys.write", updateInput(apiKeyId, { name: displayName })).mutation(
    ({ ctx, input: { id, version: seen, name } }): Promise<ApiKeyItem> =>
      new ApiKeys(ctx.em).update(id, seen, name === undefined ? {} : { name }, ctx.services.clock(), fields),
  ),

  revoke: tenantProcedure("apiKeys.write", removeInput(apiKeyId)).mutation(
    async ({ ctx, input }): Promise<ApiKeyItem> => {
      const keys = new ApiKeys(ctx.em);
      const now = ctx.services.clock();
      const { revokedAt, version } = await keys.byId(input.id, ["revokedAt", "version"]);
      if (revokedAt instanceof Date) {
        throw new DomainError("conflict", "apiKeys/already-revoked", "the key is revoked already");
      }
      // Of two at once one meets the other's version.
      return keys.update(input.id, input.version ?? version, { revokedAt: now }, now, fields).last();
    },
  ),
});
