import type { Attack, AttackClass } from "./attack.ts";
import { policies } from "./removed.ts";

const call = (title: string, sql: string | readonly string[], without: readonly string[] = policies): Attack => ({
  title,
  without,
  attack: (world) => world.ours(...[sql].flat()),
});

const stored = "pg_relation_filepath('app.documents')";

/** Built-in functions that run SQL given as text, or read storage. */
export const sqlFunctions: AttackClass = {
  name: "functions that run SQL or read storage",
  stoppedBy: "they run as the caller, under his policies; those that read files are granted to nobody",
  attacks: [
    call("query_to_xml", "select query_to_xml('select title from app.documents', true, false, '')::text"),
    call("table_to_xml", "select table_to_xml('app.documents', true, false, '')::text"),
    call("schema_to_xml", "select schema_to_xml('app', true, false, '')::text", [
      ...policies,
      "grant select on all tables in schema app to severalty_app",
    ]),
    call(
      "cursor_to_xml",
      "declare c cursor for select title from app.documents; select cursor_to_xml('c', 100, true, false, '')::text",
    ),
    call("ts_stat", "select word from ts_stat('select array_to_tsvector(array[title]) from app.documents')"),
    call(
      "ts_rewrite",
      `select ts_rewrite('a'::tsquery, 'select ''a''::tsquery, quote_literal(title)::tsquery from app.documents order by title desc limit 1')::text,
      (select string_agg(ts_rewrite('a'::tsquery, format('select ''a''::tsquery, quote_literal(title)::tsquery from app.documents order by id offset %s limit 1', n))::text, ' ')
       from generate_series(0, 5) n)`,
    ),
    call(
      "row_to_json over a whole row, and the row's own output",
      "select row_to_json(d)::text, d::text from app.documents d",
    ),
    call(
      "a correlated lateral and a recursive query",
      `with recursive all_rows as (select id, title from app.documents union select d.id, d.title from all_rows a, app.documents d)
      select a.title from all_rows a, lateral (select from app.documents where id = a.id) d`,
    ),
    call(
      "TABLESAMPLE, a physical address and the system columns",
      `select title from app.documents tablesample system (100)
      union all select title from app.documents where ctid = any (array(select format('(%s,%s)', b, n)::tid from generate_series(0, 5) b, generate_series(1, 50) n))`,
    ),
    call("the table's file, read", `select pg_read_binary_file(${stored}) as bytes`, [
      "grant execute on function pg_read_binary_file(text) to severalty_app",
    ]),
    call(
      "the table's file, as text",
      `select convert_from(pg_read_binary_file(${stored}, 0, 8192, true), 'SQL_ASCII') as bytes where false union all select encode(pg_read_binary_file(${stored}, 0, 65536, true), 'escape')`,
      ["grant execute on function pg_read_binary_file(text, bigint, bigint, boolean) to severalty_app"],
    ),
  ],
};

/** Large objects belong to the role that all tenants share. */
export const largeObjects: AttackClass = {
  name: "large objects",
  stoppedBy: "the project stores nothing in them; those functions that reach files are granted to nobody",
  attacks: [
    call(
      "the table's file, imported as a large object",
      [
        `select set_config('x.object', lo_import(${stored})::text, true)`,
        "select lo_get(current_setting('x.object')::oid) as bytes",
      ],
      ["grant execute on function lo_import(text) to severalty_app"],
    ),
    {
      title: "a large object written over a file of the server's",
      without: ["grant execute on function lo_export(oid, text) to severalty_app"],
      attack: async (world) => {
        await world.ours(
          "select set_config('x.object', lo_from_bytea(0, 'planted')::text, true)",
          "select lo_export(current_setting('x.object')::oid, '/dev/null')",
        );
        return true;
      },
    },
    {
      title: "large objects of everybody, read by number",
      without: [
        "select lo_from_bytea(0, convert_to(title, 'UTF8')) from app.documents",
        "do $$ declare id oid; begin for id in select oid from pg_largeobject_metadata loop execute format('grant all on large object %s to severalty_app', id); end loop; end $$",
      ],
      attack: (world) => world.ours("select convert_from(lo_get(oid), 'UTF8') as text from pg_largeobject_metadata"),
    },
    {
      title: "pages of large objects, read from the catalog",
      without: [
        "select lo_from_bytea(0, convert_to(title, 'UTF8')) from app.documents",
        "grant select on pg_largeobject to severalty_app",
      ],
      attack: (world) => world.ours("select convert_from(data, 'UTF8') as text from pg_largeobject"),
    },
    {
      title: "a large object planted under every number that a request of the victim's could read",
      without: [
        `create or replace function app.team_id() returns uuid language sql stable as $$
        select null::uuid from (select lo_get(4242)) planted $$`,
        "create or replace view app.welcome as select convert_from(lo_get(4242), 'UTF8') as text",
        "grant select on app.welcome to severalty_app",
      ],
      attack: async (world) => {
        await world.ours("select lo_from_bytea(4242, 'planted')");
        const session = await world.session();
        try {
          const rows = await session.inside(world.them, "select text from app.welcome");
          return rows.some(({ text }) => text === "planted") ? true : rows;
        } finally {
          await world.ours("select lo_unlink(4242)");
        }
      },
    },
  ],
};
