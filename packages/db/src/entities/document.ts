import { defineEntity, p, type InferEntity, type Opt } from "@mikro-orm/core";
import type { DocumentId, TeamId, UserId } from "@severalty/domain/ids";
import type { JsonObject } from "@severalty/domain/json";
import { tenantColumns, tenantRef, teamScope, versionColumn } from "../tenancy/tenant-entity.ts";
import { Team } from "./team.ts";
import { User } from "./user.ts";

/** A text that a tenant keeps, with its author, the SHA-256 of its content, and the document it stands under, if any. */
export const Document = defineEntity({
  name: "Document",
  properties: {
    ...tenantColumns<DocumentId>(),
    userId: p.uuid().$type<UserId>(),
    user: () => tenantRef(User, "user_id"),
    /** The author's name, or where he has given none his username, in queries that join him as `author` (`DocumentList`). */
    authorName: p.text().$type<Opt<string>>().lazy().formula("coalesce(author.name, author.username)"),
    parentId: p.uuid().$type<DocumentId>().nullable(),
    parent: () => tenantRef(Document, "parent_id").nullable(),
    teamId: p.uuid().$type<TeamId>().nullable(),
    team: () => tenantRef(Team, "team_id").nullable(),
    title: p.text(),
    content: p.text().default(""),
    contentHash: p.text(),
    metadata: p.json().$type<JsonObject>().defaultRaw("'{}'"),
    ...versionColumn,
  },
  ...teamScope("documents"),
  indexes: [
    { name: "documents_tenant_id_user_id_index", properties: ["tenantId", "userId"] },
    { name: "documents_tenant_id_parent_id_index", properties: ["tenantId", "parentId"] },
    { name: "documents_tenant_id_team_id_index", properties: ["tenantId", "teamId"] },
    { name: "documents_tenant_id_title_id_index", properties: ["tenantId", "title", "id"] },
    { name: "documents_tenant_id_created_at_id_index", properties: ["tenantId", "createdAt", "id"] },
    { name: "documents_tenant_id_updated_at_id_index", properties: ["tenantId", "updatedAt", "id"] },
    {
      name: "documents_words_index",
      expression:
        'create index "documents_words_index" on "app"."documents" using gin (app.document_words(tenant_id, id, title, content, metadata)) with (fastupdate = off)',
    },
  ],
  checks: [
    { name: "documents_title_check", expression: "char_length(title) >= 1 and char_length(title) <= 300" },
    { name: "documents_content_hash_check", expression: "content_hash ~ '^[0-9a-f]{64}$'" },
    { name: "documents_metadata_check", expression: "jsonb_typeof(metadata) = 'object'" },
  ],
});
export type Document = InferEntity<typeof Document>;
