import { Client } from "pg";
import { Document } from "../../src/entities/document.ts";
import { Tenant } from "../../src/entities/tenant.ts";
import { createOrm, poolOf } from "../../src/orm.ts";
import type { UserPrincipal } from "../../src/tenancy/principal.ts";
import { tenantManager } from "../../src/tenancy/with-tenant.ts";
import type { Row } from "./session.ts";

/** The one connection that the requests of both tenants take turns on. */
export interface Pooled extends AsyncDisposable {
  /** A request of a tenant in which the attacker's statements run, one message each; the rows that they return. */
  inject(principal: UserPrincipal, statements: readonly string[]): Promise<Row[]>;
  /** Statements of the attacker's on the connection, without a tenant and without a transaction around them. */
  bare(statements: readonly string[]): Promise<Row[]>;
  /** A normal request of a tenant, and all that it answers. */
  request(principal: UserPrincipal): Promise<string>;
  /** The next request opens a new connection. */
  hangUp(): Promise<void>;
}

const occasion = { requestId: "request-1", action: "documents.list" };

/** How a session is set up, as any code that runs in it may come to feel it. */
export const settings = `select name, setting from pg_settings order by name`;

/** What one request could find of another in the session, beside settings. */
export const leftovers = `select
  (select array_agg(name) from pg_cursors where name <> '') as cursors,
  (select array_agg(objid) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks,
  (select array_agg(relname) from pg_class where relpersistence = 't') as temporary,
  nullif(current_setting('app.actor', true), '') as variable, current_user::text as role, session_user::text as login,
  pg_my_temp_schema()::text as "temporarySchema",
  timestamptz '2026-03-04 05:06:07.891+00' as moment, interval '1 day 2 hours' as span, 0.1::float8 + 0.2::float8 as float,
  '\\x0102'::bytea::text as bytes, E'\\\\x41' as escaped, '2026-04-03'::text::date + 1 as day`;

/** Through the project's own driver and `withTenant`'s fork, without its second tries, over a pool of one connection. */
export const poolThroughDriver = async (url: string, preparesStatements: boolean): Promise<Pooled> => {
  const orm = await createOrm({
    url,
    applicationName: "severalty-attacked",
    poolMin: 0,
    poolMax: 1,
    preparesStatements,
    entities: [Document, Tenant],
  });
  return {
    inject: (principal, statements) =>
      tenantManager(orm.em, principal, occasion).transactional(async (em) => {
        const found: Row[] = [];
        for (const sql of statements) found.push(...[await em.execute<Row[]>(sql)].flat().filter(isRow));
        return found;
      }),
    bare: async (statements) => {
      const em = orm.em.fork();
      const found: Row[] = [];
      for (const sql of statements) found.push(...[await em.execute<Row[]>(sql)].flat().filter(isRow));
      return found;
    },
    request: async (principal) => {
      const answers: unknown[][] = [];
      for (const readOnly of [false, true])
        await tenantManager(orm.em, principal, occasion).transactional(
          async (em) => {
            answers.push(await em.find(Document, {}, { orderBy: { id: "asc" } }), await em.find(Tenant, {}));
            answers.push(await em.execute<unknown[]>(settings), await em.execute<unknown[]>(leftovers));
          },
          { readOnly },
        );
      return JSON.stringify(answers);
    },
    hangUp: async () => {
      const pool = await poolOf(orm);
      if (pool.totalCount > 0) (await pool.connect()).release(true);
    },
    [Symbol.asyncDispose]: () => orm.close(),
  };
};

/** The same with a driver that gives every statement of its own a name, and so prepares it once per connection. */
export const poolWithNames = async (url: string): Promise<Pooled> => {
  let client = await connect(url);
  const within = async <Result>(
    { sessionId, userId, tenantId, role }: UserPrincipal,
    work: () => Promise<Result>,
  ): Promise<Result> => {
    await client.query("begin");
    try {
      await client.query({
        name: "enter",
        text: "select app.enter($1, $2, $3, $4, $5, $6)",
        values: [sessionId, userId, tenantId, role, occasion.requestId, occasion.action],
      });
      const result = await work();
      await client.query("commit");
      return result;
    } catch (error) {
      await client.query("rollback");
      throw error;
    }
  };
  const all = async (statements: readonly string[]) => {
    const found: Row[] = [];
    for (const sql of statements) found.push(...[await client.query<Row>(sql)].flat().flatMap(({ rows }) => rows));
    return found;
  };
  return {
    inject: (principal, statements) => within(principal, () => all(statements)),
    bare: all,
    request: (principal) =>
      within(principal, async () => {
        const found: Row[] = [];
        for (const [name, text] of Object.entries({
          q0: "select tenant_id, id, title, content from app.documents where id is not null order by id",
          q1: "select id, slug, name from app.tenants",
          q2: settings,
          q3: leftovers,
        }))
          found.push(...(await client.query<Row>({ name, text, values: [] })).rows);
        return JSON.stringify(found);
      }),
    hangUp: async () => {
      await client.end();
      client = await connect(url);
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
};

const connect = async (url: string): Promise<Client> => {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  return client;
};

/** A statement that returns nothing answers with what it did instead. */
const isRow = (row: unknown): row is Row => typeof row === "object" && row !== null;
