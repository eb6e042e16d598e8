// Fastify + postgres.js by hand: BEGIN, then the tenant's name and the statement sent together, then COMMIT.
import { randomUUID } from "node:crypto";
import Fastify from "fastify";
import postgres from "postgres";
import { type Caller, callerOf } from "./caller.ts";
import { settings } from "./settings.ts";
import { contentHash, type DocumentInput } from "./store.ts";

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller;
  }
}

const sql = postgres(settings.databaseUrl, { max: settings.poolMax });
const setTenant = (tx: postgres.TransactionSql, { tenantId }: Caller) =>
  tx`select set_config('app.tenant_id', ${tenantId}, true)`;
const summary = () => sql`d.id, d.author_id as "authorId", d.title, d.content_hash as "contentHash", d.metadata,
  d.created_at as "createdAt"`;

const app = Fastify();
app.decorateRequest("caller", undefined as never);
app.addHook("onRequest", async (request, reply) => {
  const caller = callerOf(request.headers.authorization);
  if (caller === undefined) await reply.code(401).send({ message: "no valid token" });
  else request.caller = caller;
});

app.get<{ Params: { id: string } }>("/documents/:id", async ({ caller, params }, reply) => {
  const [, [document]] = await sql.begin((tx) => [
    setTenant(tx, caller),
    tx`select ${summary()}, d.content from documents d where d.id = ${params.id}`,
  ]);
  return document ?? reply.code(404).send({ message: "no such document" });
});

app.get<{ Querystring: { limit: number; search?: string } }>("/documents", async ({ caller, query }) => {
  const { limit, search } = query;
  const [, rows] = await sql.begin((tx) => [
    setTenant(tx, caller),
    search === undefined
      ? tx`select ${summary()}, u.name as "authorName" from documents d left join users u on u.id = d.author_id
          order by d.created_at desc, d.id desc limit ${limit}`
      : tx`select ${summary()} from documents d where d.search @@ plainto_tsquery('simple', ${search})
          order by d.created_at desc, d.id desc limit ${limit}`,
  ]);
  return rows;
});

app.post<{ Body: DocumentInput }>("/documents", async ({ caller, body }, reply) => {
  const { tenantId, userId } = caller;
  const { title, content } = body;
  const id = randomUUID();
  const [, [document]] = await sql.begin((tx) => [
    setTenant(tx, caller),
    tx`insert into documents as d (id, tenant_id, author_id, title, content, content_hash, metadata)
      values (${id}, ${tenantId}, ${userId}, ${title}, ${content}, ${contentHash(content)}, ${tx.json(body.metadata as never)})
      returning ${summary()}, d.content`,
    tx`insert into audit_logs (tenant_id, actor_id, action, entity_id) values (${tenantId}, ${userId}, 'documents.create', ${id})`,
  ]);
  return reply.code(201).send(document);
});

await app.listen({ port: settings.port, host: settings.host });
