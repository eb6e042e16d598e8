import { SecretRepository } from "@severalty/db/locker/secret-repository";
import { secretId, teamId, type SecretId, type TeamId } from "@severalty/domain/ids";
import { displayName } from "@severalty/domain/name";
import { secretValue } from "@severalty/domain/secret";
import { z } from "zod";
import { lock, reveal } from "../locker.ts";
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
import { containsEachWord, given, where } from "../where.ts";

/** What is told of a secret without revealing it. */
export interface SecretItem {
  id: SecretId;
  name: string;
  /** Who sees it: that team, or with null the whole tenant. */
  teamId?: TeamId | null | undefined;
  /** When its value was revealed last. */
  lastUsedAt?: Date | null | undefined;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const fields = ["id", "name", "teamId", "lastUsedAt", "version", "createdAt", "updatedAt"] as const;
const content = { name: displayName, value: secretValue, teamId: teamId.nullable() };

/** Secrets of the caller's team and of the whole tenant. A value goes in by `create` and `update`, and comes out by `reveal` alone. */
export const secretsRouter = router({
  list: tenantProcedure(
    "secrets.read",
    listInput({ teamId: teamId.nullable().optional(), search: searchText }, ["name", "createdAt", "updatedAt"]),
  ).query(({ ctx, input }): Promise<ListAnswer<SecretItem>> =>
    newestFirst(
      new SecretRepository(ctx.em),
      fields,
      input,
      where({ teamId: input.teamId, $and: containsEachWord(["name"], input.search) }),
    ),
  ),

  byId: tenantProcedure("secrets.read", idInput(secretId)).query(({ ctx, input }): Promise<SecretItem> =>
    new SecretRepository(ctx.em).byId(input.id, fields),
  ),

  create: tenantProcedure(
    "secrets.write",
    z.strictObject({ ...content, teamId: content.teamId.default(null) }),
  ).mutation(async ({ ctx, input }): Promise<SecretItem> => {
    const { newId, clock } = ctx.services;
    const { value, ...rest } = input;
    const id = newId<SecretId>();
    const stored = await lock(ctx, id, value);
    return new SecretRepository(ctx.em).create({ ...rest, ...stored, id }, clock(), fields).last();
  }),

  update: tenantProcedure("secrets.write", updateInput(secretId, content)).mutation(
    async ({ ctx, input }): Promise<SecretItem> => {
      const { id, version, value, ...changes } = input;
      const stored = value === undefined ? {} : await lock(ctx, id, value);
      const all = given({ ...changes, ...stored });
      return new SecretRepository(ctx.em).update(id, version, all, ctx.services.clock(), fields).last();
    },
  ),

  remove: tenantProcedure("secrets.write", removeInput(secretId)).mutation(
    ({ ctx, input }): Promise<{ id: SecretId }> => new SecretRepository(ctx.em).remove(input.id, input.version),
  ),

  /** A mutation: it leaves an audit row, without which no value leaves. */
  reveal: tenantProcedure("secrets.reveal", idInput(secretId), { answer: "secret" }).mutation(
    async ({ ctx, input }): Promise<{ value: string }> => ({ value: await reveal(ctx, input.id) }),
  ),
});
