import { Document } from "@severalty/db/entities/document";
import { DocumentList } from "@severalty/db/tenancy/document-list";
import { DocumentSearch } from "@severalty/db/tenancy/document-search";
import { TenantRepository } from "@severalty/db/tenancy/tenant-repository";
import { contentHash, documentContent, documentTitle } from "@severalty/domain/document";
import { documentId, teamId, userId, type DocumentId, type TeamId, type UserId } from "@severalty/domain/ids";
import { jsonObject, type JsonObject } from "@severalty/domain/json";
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
import { between, given, where } from "../where.ts";

/** A document without its content. */
export interface DocumentSummary {
  id: DocumentId;
  /** The author: for what a program made with a key, whoever made the key. */
  userId: UserId;
  /** The document that it stands under. */
  parentId?: DocumentId | null | undefined;
  /** The team that sees it; null for the whole tenant. */
  teamId?: TeamId | null | undefined;
  title: string;
  /** SHA-256 of the content's UTF-8 bytes, in hexadecimal. */
  contentHash: string;
  metadata: JsonObject;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** A document in a list. */
export interface DocumentItem extends DocumentSummary {
  /** The author's name, or where he has given none his username. */
  authorName: string;
}

/** A document with its content. */
export interface DocumentWhole extends DocumentSummary {
  content: string;
}

const summary = [
  "id",
  "userId",
  "parentId",
  "teamId",
  "title",
  "contentHash",
  "metadata",
  "version",
  "createdAt",
  "updatedAt",
] as const;
const listed = [...summary, "authorName"] as const;
const whole = [...summary, "content"] as const;

/**
 * Documents of the caller's tenant. Lists leave the content out; `byId` has it. A member sees those of his team and of the whole tenant,
 * and gives them no other team. One that others stand under cannot be removed: they would lose their place. `search` finds documents in which
 * each of its words, or one that begins with it, stands in title, content or metadata (`DocumentSearch`).
 */
export const documentsRouter = router({
  list: tenantProcedure(
    "documents.read",
    listInput(
      {
        userId: userId.optional(),
        parentId: documentId.nullable().optional(),
        teamId: teamId.nullable().optional(),
        search: searchText,
        createdFrom: moment.optional(),
        createdBefore: moment.optional(),
      },
      ["title", "createdAt", "updatedAt"],
    ),
  ).query(({ ctx, input }): Promise<ListAnswer<DocumentItem>> => {
    const { search, createdFrom, createdBefore } = input;
    const equal = { userId: input.userId, parentId: input.parentId, teamId: input.teamId };
    const condition = where({ ...equal, createdAt: between(createdFrom, createdBefore) });
    const documents =
      search === undefined
        ? new DocumentList(ctx.em)
        : new DocumentSearch(ctx.em, search, { ...equal, createdFrom, createdBefore });
    return newestFirst(documents, listed, input, condition);
  }),

  byId: tenantProcedure("documents.read", idInput(documentId)).query(({ ctx, input }): Promise<DocumentWhole> =>
    new TenantRepository(ctx.em, Document).byId(input.id, whole),
  ),

  create: tenantProcedure(
    "documents.write",
    z.strictObject({
      title: documentTitle,
      content: documentContent.default(""),
      metadata: jsonObject.default({}),
      parentId: documentId.nullable().default(null),
      teamId: teamId.nullable().default(null),
    }),
  ).mutation(({ ctx, input }): Promise<DocumentWhole> => {
    const { actor, services } = ctx;
    const data = {
      ...input,
      id: services.newId<DocumentId>(),
      userId: actor.userId,
      contentHash: contentHash(input.content),
    };
    return new TenantRepository(ctx.em, Document).create(data, services.clock(), whole);
  }),

  update: tenantProcedure(
    "documents.write",
    updateInput(documentId, {
      title: documentTitle,
      content: documentContent,
      metadata: jsonObject,
      teamId: teamId.nullable(),
    }),
  ).mutation(({ ctx, input }): Promise<DocumentWhole> => {
    const { id, version, ...changes } = input;
    const hash = changes.content === undefined ? undefined : contentHash(changes.content);
    const all = given({ ...changes, contentHash: hash });
    return new TenantRepository(ctx.em, Document).update(id, version, all, ctx.services.clock(), whole);
  }),

  remove: tenantProcedure("documents.write", removeInput(documentId)).mutation(
    ({ ctx, input }): Promise<{ id: DocumentId }> =>
      new TenantRepository(ctx.em, Document).remove(input.id, input.version),
  ),
});
