import type { Client } from "pg";
import { worldId } from "../data/world.ts";
import type { Row } from "./api.ts";
import type { Contender } from "./contender.ts";

const schemas = {
  severalty: {
    documents: "app.documents",
    author: "join app.users u on u.tenant_id = d.tenant_id and u.id = d.user_id",
    order: "d.id desc",
    audit: "select count(*) from app.audit_logs where tenant_id = $1 and resource_id = $2 and outcome = 'ok'",
  },
  peers: {
    documents: "documents",
    author: "join users u on u.id = d.author_id",
    order: "d.created_at desc, d.id desc",
    audit: "select count(*) from audit_logs where tenant_id = $1 and entity_id = $2",
  },
} as const;

const summary = `d.id, d.title, d.content_hash as "contentHash", d.metadata, d.created_at as "createdAt"`;

/** A tenant's documents as a superuser reads them: what servers have to answer. */
export const documentSource = (admin: Client, serves: Contender["serves"], tenantId: string) => {
  const { documents, author, order, audit } = schemas[serves];
  const read = async (columns: string, rest: string, ...values: unknown[]): Promise<Row[]> => {
    const text = `select ${columns} from ${documents} d ${author} where d.tenant_id = $1 ${rest}`;
    const { rows } = await admin.query<Row>(text, [tenantId, ...values]);
    return rows.map((row) => ({ ...row, createdAt: new Date(row.createdAt).toISOString() }));
  };
  const count = async (text: string, value: string) =>
    Number((await admin.query<{ count: string }>(text, [tenantId, value])).rows[0]?.count);
  const tenant = Number.parseInt(tenantId.slice(-12), 16);
  return {
    /** Some ids, the first documents of the tenant. */
    ids: (limit: number) => Array.from({ length: limit }, (_, n) => worldId("document", tenant, n)),
    byIds: (ids: readonly string[]) => read(`${summary}, d.content`, "and d.id = any($2)", ids),
    newest: (limit: number, { hasAuthors }: { hasAuthors: boolean }) =>
      read(hasAuthors ? `${summary}, u.name as "authorName"` : summary, `order by ${order} limit $2`, limit),
    search: (word: string, limit: number) =>
      read(summary, `and (d.title ilike $2 or d.content ilike $2) order by ${order} limit $3`, `%${word}%`, limit),
    auditRows: (id: string) => count(audit, id),
    countTitled: (title: string) =>
      count(`select count(*) from ${documents} where tenant_id = $1 and title = $2`, title),
  };
};
