// Express + tRPC + MikroORM: its native session context names the tenant to the policies.
import { randomUUID } from "node:crypto";
import { MikroORM } from "@mikro-orm/postgresql";
import type { Caller } from "./caller.ts";
import { AuditLog, Document, User } from "./mikro-orm-entities.ts";
import { serveTrpc } from "./serve-trpc.ts";
import { settings } from "./settings.ts";
import { contentHash, type DocumentSummary, type DocumentWhole } from "./store.ts";

const orm = await MikroORM.init({
  entities: [User, Document, AuditLog],
  clientUrl: settings.databaseUrl,
  pool: { min: 2, max: settings.poolMax },
});
const forTenant = ({ tenantId }: Caller) => orm.em.fork({ session: { variables: { "app.tenant_id": tenantId } } });

const summary = ["id", "author", "title", "contentHash", "metadata", "createdAt"] as const;
type Loaded = Omit<DocumentSummary, "authorId"> & { readonly author: { readonly id: string } };
const summaryOf = ({ id, author, title, contentHash: hash, metadata, createdAt }: Loaded): DocumentSummary => ({
  id,
  authorId: author.id,
  title,
  contentHash: hash,
  metadata,
  createdAt,
});
const wholeOf = (row: Loaded & { readonly content: string }): DocumentWhole => ({
  ...summaryOf(row),
  content: row.content,
});
const newestFirst = { createdAt: "desc", id: "desc" } as const;

serveTrpc({
  byId: async (caller, id) => {
    const row = await forTenant(caller).findOne(Document, { id }, { fields: [...summary, "content"] });
    return row === null ? undefined : wholeOf(row);
  },
  newest: async (caller, limit) => {
    const rows = await forTenant(caller).find(
      Document,
      {},
      {
        fields: [...summary, "author.name"],
        populate: ["author"],
        // Inner, the policies of both tables let the planner expect a fraction of the rows, so that it sorts all of the tenant's.
        populateHints: { author: { joinType: "left join" } },
        orderBy: newestFirst,
        limit,
      },
    );
    return rows.map((row) => ({ ...summaryOf(row), authorName: row.author.name }));
  },
  search: async (caller, word, limit) => {
    const options = { fields: summary, orderBy: newestFirst, limit };
    return (await forTenant(caller).find(Document, { search: { $fulltext: word } }, options)).map(summaryOf);
  },
  create: async (caller, input) => {
    const { tenantId, userId } = caller;
    const em = forTenant(caller);
    const createdAt = new Date();
    const document = em.create(Document, {
      ...input,
      id: randomUUID(),
      tenantId,
      author: em.getReference(User, userId),
      contentHash: contentHash(input.content),
      createdAt,
    });
    em.create(AuditLog, {
      id: randomUUID(),
      tenantId,
      actorId: userId,
      action: "documents.create",
      entityId: document.id,
      createdAt,
    });
    await em.flush();
    return wholeOf(document);
  },
});
