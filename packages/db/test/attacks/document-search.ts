import type { Attack, AttackClass } from "./attack.ts";
import { policies, seal } from "./removed.ts";
import type { Row } from "./session.ts";
import type { World } from "./world.ts";

/** The search with parts of its text replaced by others. */
const searchWith = (...replacements: readonly (readonly [string, string])[]) => {
  const text = replacements.reduce(
    (inner, [from, to]) => `replace(${inner}, $part$${from}$part$, $part$${to}$part$)`,
    "pg_get_functiondef('app.search_documents'::regproc)",
  );
  return `do $do$ begin execute ${text}; end $do$`;
};

const search = (text: string, sort = "id") =>
  `select app.search_documents($$${text}$$, '{}', $$${sort}$$, false, null, 100) as id`;

/** The digits of the victim's tenant that its words have in the index. */
const tagOf = ({ them }: World) =>
  Buffer.from(them.tenantId.replaceAll("-", ""), "hex").toString("base64").slice(0, 22);

/** Whether ids of the victim's documents are among the rows. */
const orTheirs = async (world: World, rows: readonly Row[]): Promise<unknown> => {
  const { rows: theirs } = await world.admin.query<{ id: string }>(
    "select id from app.documents where tenant_id = $1",
    [world.them.tenantId],
  );
  return rows.some(({ id }) => theirs.some((row) => row.id === id)) ? true : rows;
};

const finds = (title: string, without: readonly string[], statements: (world: World) => readonly string[]): Attack => ({
  title,
  without,
  attack: async (world) => orTheirs(world, await world.ours(...statements(world))),
});

/** A function that reads every tenant's documents, and an index with every tenant's words. */
export const documentSearch: AttackClass = {
  name: "search of documents",
  stoppedBy:
    "the function asks for the sealed tenant's words and rows alone, and what it is given is no part of a statement",
  attacks: [
    finds(
      "another tenant, named in a setting of the session",
      [searchWith(["tenant uuid := app.tenant_id()", "tenant uuid := current_setting('x.tenant', true)::uuid"])],
      ({ them }) => [`select set_config('x.tenant', '${them.tenantId}', true)`, search("title")],
    ),
    finds("another tenant's context, written by hand", seal, ({ them }) => [
      `select set_config('app.context', '${them.tenantId}|||agency_admin||r|a|${"0".repeat(64)}', true)`,
      search("title"),
    ]),
    finds(
      "another tenant's words, named by an operator in the text",
      [
        searchWith(["d.tenant_id is not distinct from $1 and", ""]),
        "create or replace function app.words_of(given text) returns text language sql immutable as $$ select given $$",
      ],
      (world) => [search(`nothing'|'${tagOf(world)}title`)],
    ),
    {
      title: "a statement in place of the field that is sorted by",
      without: [searchWith(["'d.updated_at, d.id' end", "'d.updated_at, d.id' else sort end"])],
      attack: (world) =>
        world.ours(search("title", "d.id, (select string_agg(title || content, ' ') from app.documents)::uuid")),
    },
    {
      title: "the words of the index, in its own operator",
      without: policies,
      attack: (world) =>
        world.ours(
          `select title, content from app.documents where app.document_words(tenant_id, id, title, content, metadata) @@ '''${tagOf(world)}title'''::tsquery`,
        ),
    },
    {
      title: "the words of the index, in its statistics",
      without: [
        "grant select on pg_statistic to severalty_app",
        "alter index app.documents_words_index alter column 1 set statistics -1",
        "analyze app.documents",
      ],
      attack: async (world) => {
        const rows = await world.ours(
          "select most_common_elems::text as words from pg_stats where tablename = 'documents_words_index'",
          "select stavalues1::text as words from pg_statistic s join pg_class c on c.oid = s.starelid where c.relname = 'documents_words_index'",
        );
        return rows.some(({ words }) => String(words).includes(tagOf(world))) ? true : rows;
      },
    },
  ],
};
