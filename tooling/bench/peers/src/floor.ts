// The floor: Express + pg, named prepared statements, the tenant in every WHERE, no row-level security. Least that such a server can do.
import { randomUUID } from "node:crypto";
import express, { type Request, type Response } from "express";
import { Pool } from "pg";
import { type Caller, callerOf } from "./caller.ts";
import { settings } from "./settings.ts";
import { contentHash, type DocumentInput } from "./store.ts";

const pool = new Pool({ connectionString: settings.databaseUrl, max: settings.poolMax });
const summary = `d.id, d.author_id as "authorId", d.title, d.content_hash as "contentHash", d.metadata, d.created_at as "createdAt"`;
const newestFirst = "order by d.created_at desc, d.id desc";
const text = {
  byId: `select ${summary}, d.content from documents d where d.tenant_id = $1 and d.id = $2`,
  newest: `select ${summary}, u.name as "authorName" from documents d join users u on u.id = d.author_id
    where d.tenant_id = $1 ${newestFirst} limit $2`,
  search: `select ${summary} from documents d where d.tenant_id = $1 and d.search @@ plainto_tsquery('simple', $3) ${newestFirst} limit $2`,
  insert: `insert into documents as d (tenant_id, author_id, id, title, content, content_hash, metadata)
    values ($1, $2, $3, $4, $5, $6, $7) returning ${summary}, d.content`,
  log: `insert into audit_logs (tenant_id, actor_id, action, entity_id) values ($1, $2, 'documents.create', $3)`,
};

const app = express();
app.disable("x-powered-by");
app.disable("etag");

const authed =
  (handler: (caller: Caller, request: Request, response: Response) => Promise<void>) =>
  async (request: Request, response: Response): Promise<void> => {
    const caller = callerOf(request.headers.authorization);
    if (caller === undefined) response.status(401).json({ message: "no valid token" });
    else await handler(caller, request, response);
  };

app.get(
  "/documents/:id",
  authed(async ({ tenantId }, request, response) => {
    const { rows } = await pool.query({ name: "byId", text: text.byId, values: [tenantId, request.params["id"]] });
    if (rows.length === 0) response.status(404).json({ message: "no such document" });
    else response.json(rows[0]);
  }),
);

app.get(
  "/documents",
  authed(async ({ tenantId }, { query }, response) => {
    const { limit, search } = query;
    const { rows } =
      search === undefined
        ? await pool.query({ name: "newest", text: text.newest, values: [tenantId, limit] })
        : await pool.query({ name: "search", text: text.search, values: [tenantId, limit, search] });
    response.json(rows);
  }),
);

app.post(
  "/documents",
  express.json(),
  authed(async ({ tenantId, userId }, request, response) => {
    const { title, content, metadata } = request.body as DocumentInput;
    const id = randomUUID();
    const client = await pool.connect();
    try {
      await client.query("begin");
      const values = [tenantId, userId, id, title, content, contentHash(content), metadata];
      const { rows } = await client.query({ name: "insert", text: text.insert, values });
      await client.query({ name: "log", text: text.log, values: [tenantId, userId, id] });
      await client.query("commit");
      response.status(201).json(rows[0]);
    } catch (error) {
      await client.query("rollback");
      throw error;
    } finally {
      client.release();
    }
  }),
);

app.listen(settings.port, settings.host);
