import type { Client } from "pg";

/** What is called by the names of PostgreSQL's own, and found before them. */
const functions = [
  `create schema prove`,
  `grant usage on schema prove to public`,
  // Unlogged sequences are set outside of any transaction and give nobody a transaction id.
  `create unlogged sequence prove.clock minvalue 0`,
  `create unlogged sequence prove.draws minvalue 0`,
  `grant select, usage on all sequences in schema prove to public`,
  ...["now", "transaction_timestamp", "statement_timestamp"].map(
    (name) => `create function prove.${name}() returns timestamptz language sql stable parallel restricted
      set search_path = pg_catalog as 'select to_timestamp(last_value / 1000.0) from prove.clock'`,
  ),
  `create function prove.clock_timestamp() returns timestamptz language sql volatile parallel restricted
    set search_path = pg_catalog as 'select to_timestamp(last_value / 1000.0) from prove.clock'`,
  `create function prove.draw() returns text language sql volatile parallel restricted set search_path = pg_catalog
    as $$ select md5('prove' || last_value || '/' || nextval('prove.draws')) from prove.clock $$`,
  `create function prove.gen_random_uuid() returns uuid language sql volatile parallel restricted set search_path = pg_catalog
    as $$ select (substr(d, 1, 12) || '4' || substr(d, 14, 3) || '8' || substr(d, 18))::uuid from prove.draw() d $$`,
  `create function prove.random() returns double precision language sql volatile parallel restricted set search_path = pg_catalog
    as $$ select ('x' || left(d, 8))::bit(32)::bigint / 4294967296.0 from prove.draw() d $$`,
];

/** What cannot be put before PostgreSQL's own by a search path. */
const keywords =
  /\b(current_timestamp|current_date|current_time|localtime|localtimestamp|timeofday|uuidv7|uuidv4|pg_catalog\.(now|random|gen_random_uuid|clock_timestamp|statement_timestamp|transaction_timestamp))\b/i;

/**
 * From the next connection on, `now()`, its sisters, `gen_random_uuid()` and `random()` are a function of the moment, in plain statements
 * and in every function of the database, whose bodies stay as they are but for a search path that they set. `admin` is a superuser's connection. Throws for a body or a column's
 * default that takes time or chance in a way that no search path reaches.
 */
export const injectIntoDatabase = async (admin: Client): Promise<void> => {
  for (const sql of functions) await admin.query(sql);
  const { rows } = await admin.query<{ signature: string; body: string; path: string | null }>(
    `select p.oid::regprocedure::text as signature, p.prosrc as body,
       (select substr(c, 13) from unnest(p.proconfig) c where c like 'search_path=%') as path
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname not in ('pg_catalog', 'information_schema', 'prove') and n.nspname not like 'pg\\_%' and p.prokind in ('f', 'p')`,
  );
  for (const { signature, body, path } of rows) {
    const [found] = keywords.exec(body) ?? [];
    if (found !== undefined)
      throw new Error(`${signature} says ${found}, which cannot be injected: call now() and the like`);
    if (setsOwnPath.test(body)) await pathInBody(admin, signature);
    if (path !== null) await admin.query(`alter routine ${signature} set search_path = prove, ${path}`);
  }
  await assertNoDefaults(admin);
  await injectIntoSessions(admin);
};

const setsOwnPath = /'search_path', '(?!prove)/;

/** A body that sets a search path is changed in that one word. */
const pathInBody = async (admin: Client, signature: string) => {
  const { rows } = await admin.query<{ text: string }>("select pg_get_functiondef($1::regprocedure) as text", [
    signature,
  ]);
  for (const { text } of rows)
    await admin.query(text.replaceAll(/'search_path', '(?!prove)/g, "'search_path', 'prove, "));
};

/** A default's function was looked up when the table was made. Tables that only whoever passes every policy writes do not matter. */
const assertNoDefaults = async (admin: Client) => {
  const { rows } = await admin.query<{ place: string; expression: string }>(
    `select d.adrelid::regclass || '.' || a.attname as place, pg_get_expr(d.adbin, d.adrelid) as expression
     from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
     where pg_get_expr(d.adbin, d.adrelid) ~* '(now|random|random_uuid|timestamp)\\(|current_|uuidv' and exists (
       select from pg_roles where rolcanlogin and not rolbypassrls and has_table_privilege(oid, d.adrelid, 'insert'))`,
  );
  const [first] = rows;
  if (first !== undefined) throw new Error(`${first.place} defaults to ${first.expression}, which cannot be injected`);
};

/** A role's setting for a database stands before its own and before the database's. */
const injectIntoSessions = async (admin: Client) => {
  const { rows } = await admin.query<{ role: string; database: string }>(
    `select quote_ident(rolname) as role, quote_ident(current_database()) as database from pg_roles where rolcanlogin and not rolsuper`,
  );
  for (const { role, database } of rows)
    await admin.query(`alter role ${role} in database ${database} set search_path = prove, pg_catalog, public`);
};

/** Sets the moment of a database, in milliseconds since 1970, and begins its randomness anew; answers the next transaction's id. */
export const setDatabaseMoment = async (admin: Client, nowMs: number): Promise<string> => {
  const { rows } = await admin.query<{ next: string }>({
    name: "prove-set-moment",
    text: `select pg_snapshot_xmax(pg_current_snapshot())::text as next, setval('prove.clock', $1), setval('prove.draws', 1)`,
    values: [nowMs],
  });
  return rows[0]?.next ?? "";
};

/** The id that the next transaction will have: the same as before means that nobody has written meanwhile. */
export const nextTransaction = async (admin: Client): Promise<string> => {
  const { rows } = await admin.query<{ next: string }>({
    name: "prove-next-transaction",
    text: "select pg_snapshot_xmax(pg_current_snapshot())::text as next",
  });
  return rows[0]?.next ?? "";
};
