import type { Client } from "pg";
import { paragraphs, topics } from "./texts.ts";
import { usersPerTenant, worldFunctions, type WorldSize } from "./world.ts";

/** Makes what `documentsSql` selects from, for the rest of the connection. */
export const prepareDocuments = async (admin: Client, { tenants, documents }: WorldSize): Promise<void> => {
  for (const sql of worldFunctions) await admin.query(sql);
  await admin.query(
    "create temp table topic as select n::int - 1 as n, word from unnest($1::text[]) with ordinality _(word, n)",
    [topics],
  );
  await admin.query(
    "create temp table paragraph as select n::int - 1 as n, body from unnest($1::text[]) with ordinality _(body, n)",
    [paragraphs()],
  );
  await admin.query("create temp table tenant as select t::bigint from generate_series(0, $1 - 1) t", [tenants]);
  await admin.query("create temp table member as select t, u::bigint from tenant, generate_series(0, $1 - 1) u", [
    usersPerTenant,
  ]);
  await admin.query("create temp table number as select d::bigint from generate_series(0, $1 - 1) d", [documents]);
  await admin.query("analyze topic; analyze paragraph; analyze tenant; analyze member; analyze number");
};

/** Every document of every tenant: the same rows whatever the schema that they go to. */
export const documentsSql = `
  select t, pg_temp.tenant_id(t, 0) as tenant_id, pg_temp.document_id(t, d) as id, pg_temp.user_id(t, d % ${usersPerTenant}) as author_id,
    title, content, encode(sha256(convert_to(content, 'UTF8')), 'hex') as content_hash,
    jsonb_build_object('source', 'import', 'pages', d % 40) as metadata, pg_temp.made_at(d) as made_at
  from (
    select t, d, case when d % 2 = 0 then 'Notes on ' || word else 'Minutes of meeting ' || d end as title,
      case when d % 2 = 0 then body else body || ' ' || word end as content
    from tenant cross join number
      join topic on topic.n = (d * 89 + t) % ${topics.length}
      join paragraph on paragraph.n = (d * 31 + t * 7) % 512
  ) _ order by t, d`;
